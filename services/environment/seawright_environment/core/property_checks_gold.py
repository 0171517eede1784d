"""The law on tasks: gold runs, its checker passes it, and doing nothing does not pass."""

from seawright_environment.core.checker import judge
from seawright_environment.core.conformance_kit_bench import Bench, Findings
from seawright_environment.core.conformance_kit_gold import gold_calls
from seawright_environment.core.selftest_scripts import calling, gold_script, play
from seawright_environment.core.world import World
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task


def check_gold(bench: Bench, found: Findings) -> None:
    """Run the gold of the domain's own tasks, and of what its author's drafts became."""
    gold = bench.gold
    for task in gold.tasks:
        found.tried += 1
        _check_task(bench, task, found)
    for goal_type, num in gold.num_accepted.items():
        if not num:
            tried = bench.budget.drafts_per_goal
            found.note(f"goal {goal_type}: none of {tried} drafts became a task")
    if gold.num_drafts and not any(gold.num_accepted.values()):
        found.fail("author", f"none of its {gold.num_drafts} drafts became a task")
    if not gold.tasks and not gold.num_drafts:
        found.note("no tasks and no author are given: no gold was run")


def _check_task(bench: Bench, task: Task, found: Findings) -> None:
    where = f"task {task.id}"
    base = bench.base(task.database)
    start = World.open(base, patch=task.initial_patch, calls=task.initial_calls)
    world = start.fork()
    for action in task.golden_actions:
        result = world.call(action.requestor, action.name, action.arguments)
        if result.error:
            found.fail(f"{where}, gold action {action.id}", result.content)
    if task.final_patch and world.diff() != task.final_patch:
        found.fail(where, "gold does not change the state as final_patch says")
    if task.checker is None:
        found.fail(where, "no checker")
        return
    verdict = judge(task.checker, play(start, _gold(task)))
    if not verdict.ok:
        found.fail(where, f"its checker fails gold: {verdict.rationale}")
    if not task.noop_passable and judge(task.checker, play(start, [])).ok:
        found.fail(where, "its checker passes an agent that does nothing")


def _gold(task: Task) -> list[Message]:
    """Return the right agent's episode; without a solution, the golden actions alone."""
    if task.solution is not None:
        return gold_script(task).messages()
    return [calling(call) for call in gold_calls(task)]
