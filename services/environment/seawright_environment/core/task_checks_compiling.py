"""Compiling: a draft that can be carried out becomes a task with scenario, gold and checker."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from seawright_environment.core import wordings
from seawright_environment.core.checker_specs import Manners, compile_spec
from seawright_environment.core.drafting import Author, Composition
from seawright_environment.core.partial_orders import golden_order
from seawright_environment.core.selftest_scripts import deed_id
from seawright_environment.core.task_checks_candidate import Candidate, Finding
from seawright_shared.records.base import Scalar, content_id
from seawright_shared.records.domains import Outcome
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import Draft, DraftGoal, GoldenAction, Solution, Task

_RANKS: Mapping[Outcome, int] = {"transfer": 0, "fulfil": 1, "refuse": 2, "info": 3}
"""The lowest that a goal has is the task's."""


def compile_task(candidate: Candidate) -> Task:
    """Return the task, not yet self-tested. Its id is the hash of its content."""
    draft, author = candidate.draft, candidate.author
    composition = _composed(candidate)
    outcomes: list[Outcome] = [author.kinds[goal.type].outcome for goal in draft.goals]
    outcome: Outcome = sorted(outcomes, key=_RANKS.__getitem__)[0]
    patch = candidate.gold.diff()
    actions = _golden(candidate, composition.solution)
    task = Task(
        id="",
        domain=draft.domain,
        database=draft.database,
        customer_id=draft.customer_id,
        scenario=composition.scenario,
        initial_patch=draft.initial_patch,
        initial_calls=draft.initial_calls,
        golden_actions=golden_order(candidate.start, actions),
        final_patch=patch,
        checker=compile_spec(
            patch,
            outcome=outcome,
            called=composition.called,
            said=composition.said,
            transfer_tool=author.transfer_tool,
            manners=_manners(candidate, actions),
        ),
        solution=composition.solution,
        outcome=outcome,
        goal_types=[goal.type for goal in draft.goals],
        features=_features(draft.goals),
        tier=_tier(draft),
        pair=draft.pair,
        policy_rules=_policy_rules(draft, author),
        dual_control=any(author.kinds[goal.type].dual_control for goal in draft.goals),
    )
    plain = task.model_dump(mode="json", exclude={"id", "selftest"})
    return task.model_copy(update={"id": content_id("task", plain)})


def misworded(candidate: Candidate) -> Finding | None:
    """Say why the words that came with the draft may not replace its author's."""
    wording = candidate.draft.wording
    if wording is None:
        return None
    why = wordings.fault(candidate.composition.scenario, wording)
    return Finding(failure_class="wording", rationale=why) if why else None


def _composed(candidate: Candidate) -> Composition:
    composition, wording = candidate.composition, candidate.draft.wording
    if wording is None:
        return composition
    scenario = wordings.reworded(composition.scenario, wording)
    return replace(composition, scenario=scenario)


def _manners(candidate: Candidate, actions: Sequence[GoldenAction]) -> Manners:
    """Return what the domain asks of the agent; only some writes may need a yes."""
    content = candidate.base.content
    names = content.confirmed_writes
    is_asked = not names or any(action.name in names for action in actions)
    return Manners(
        identify=content.identify_tools,
        confirmed=names if is_asked else None,
        ordered_fields=content.ordered_fields,
    )


def _golden(candidate: Candidate, solution: Solution) -> list[GoldenAction]:
    """Return what is done beyond reading, by the right agent and by the customer he guides."""
    actions: list[GoldenAction] = []
    is_write, transfer_tool = candidate.base.content.is_write, candidate.author.transfer_tool
    for number, step in enumerate(solution.steps):
        actions += [_action(call) for call in step.reads if call.name == transfer_tool]
        actions += [
            GoldenAction(
                id=deed_id(number, place),
                name=guidance.deed.name,
                arguments=guidance.deed.arguments,
                requestor=guidance.deed.requestor,
            )
            for place, guidance in enumerate(step.guidance)
            if is_write(guidance.deed.name) or guidance.deed.name == transfer_tool
        ]
        actions += [_action(call) for call in step.writes]
    return actions


def _action(call: ToolCall) -> GoldenAction:
    return GoldenAction(
        id=call.id, name=call.name, arguments=call.arguments, requestor=call.requestor
    )


def _features(goals: Sequence[DraftGoal]) -> dict[str, Scalar]:
    """Return all goals' features, those of the second and later with their number before them."""
    return {
        name if index == 0 else f"{index + 1}.{name}": value
        for index, goal in enumerate(goals)
        for name, value in goal.features.items()
    }


def _policy_rules(draft: Draft, author: Author) -> list[str]:
    rules = [rule for goal in draft.goals for rule in author.kinds[goal.type].policy_rules]
    return list(dict.fromkeys([*rules, *([draft.policy_rule] if draft.policy_rule else [])]))


def _tier(draft: Draft) -> int:
    return len(draft.goals) + (draft.reference != "id") + (draft.disclosure != "upfront")
