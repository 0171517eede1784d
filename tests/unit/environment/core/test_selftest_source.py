"""The gate on source: it passes what the spec passes, and quarantines what depends on chance."""

import time
from collections.abc import Iterator

import pytest

from seawright_environment.core.checker_compiling import compile_source
from seawright_environment.core.mutants import OPERATORS, Trial
from seawright_environment.core.selftest import MAX_BREAKS, MAX_SECONDS, run_gate
from seawright_environment.core.selftest_judges import SourceJudge, SpecJudge
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.source_checker import (
    Ask,
    Conditions,
    Sandboxes,
    SandboxFault,
    SandboxRun,
)
from seawright_environment.core.world import World
from seawright_shared.records.checkers import SelfTest
from seawright_shared.records.tasks import Task
from tests.support.sandboxes import sandboxes, source_checker
from tests.support.synthesis import AUTHOR, shop, task_of


@pytest.fixture(scope="module")
def boxes() -> Iterator[Sandboxes]:
    with sandboxes() as both:
        yield both


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of("cancel_pending_order")


def trial_of(task: Task) -> Trial:
    return Trial(task=task, script=gold_script(task), start=World.open(shop()), author=AUTHOR)


def gate(task: Task, source: str, boxes: Sandboxes, runtime: str = "monty") -> SelfTest:
    judge = SourceJudge(checker=source_checker(source, boxes, runtime))
    return run_gate(trial_of(task), judge, min_kill=0.95, clock=time.perf_counter, has_styles=True)


def compiled(task: Task) -> str:
    assert task.checker is not None
    return compile_source(task.checker)


def with_goal(task: Task, condition: str) -> str:
    """The compiled checker with one more must."""
    text = compiled(task)
    line = f"    ck.goal('more', {condition})\n"
    return text.replace("    return ck.result()\n", f"{line}    return ck.result()\n")


@pytest.mark.parametrize("runtime", ["monty", "cpython"])
def test_compiled_source_passes_in_both_runtimes(runtime: str, task: Task, boxes: Sandboxes):
    result = gate(task, compiled(task), boxes, runtime)
    assert result.failures == []
    assert result.ok


def test_a_checker_that_depends_on_the_hash_seed_is_found_out(task: Task, boxes: Sandboxes):
    chance = with_goal(task, "list({'a', 'b', 'c', 'd', 'e', 'f', 'g'})[0] == 'a'")
    result = gate(task, chance, boxes)
    assert any("hash seed" in failure for failure in result.failures)
    assert not result.ok


def test_a_checker_that_depends_on_the_order_of_keys_is_found_out(task: Task, boxes: Sandboxes):
    order = task.golden_actions[0].arguments["order_id"]
    first = with_goal(task, f"list(ctx.final['orders']['{order}'])[0] == 'order_id'")
    result = gate(task, first, boxes)
    assert [f for f in result.failures if "deterministic" in f] == [
        "deterministic: the verdict depends on the order of keys"
    ]


def test_a_checker_that_passes_everything_is_found_out(task: Task, boxes: Sandboxes):
    result = gate(
        task, "def check(ctx, ck):\n    ck.goal('a', True)\n    return ck.result()\n", boxes
    )
    assert not result.ok
    assert any(failure.startswith("kill:") for failure in result.failures)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return 1", "returns ck.result()"),
        ("import os", "not allowed"),
        ("return ctx.final['orders']['#NONE']", "KeyError"),
    ],
)
def test_a_checker_that_breaks_is_given_up_soon(
    body: str, reason: str, task: Task, boxes: Sandboxes
):
    result = gate(task, f"def check(ctx, ck):\n    {body}\n", boxes)
    broken = [failure for failure in result.failures if failure.startswith("no_exceptions")]
    assert not result.ok
    assert 0 < len(broken) <= MAX_BREAKS + 1
    assert reason in broken[0]


def test_an_endless_checker_costs_a_few_seconds_at_most(task: Task, boxes: Sandboxes):
    endless = "def check(ctx, ck):\n    for i in range(10000000000):\n        x = i\n"
    began = time.perf_counter()
    assert not gate(task, endless, boxes).ok
    assert time.perf_counter() - began < (MAX_BREAKS + 2) * 2.0


def dawdling(task: Task, turns: int) -> str:
    """The compiled checker with so many empty turns before its end."""
    loop = f"    for i in range({turns}):\n        x = i\n    return ck.result()\n"
    return compiled(task).replace("    return ck.result()\n", loop)


def slow_judge(task: Task, boxes: Sandboxes, runtime: str) -> SourceJudge:
    """Return a judge that takes twice what a check may, on whatever machine."""
    gold = play(trial_of(task).start, gold_script(task).messages())
    for power in range(18, 26):
        judge = SourceJudge(checker=source_checker(dawdling(task, 2**power), boxes, runtime))
        seconds = judge.seconds(judge.judge(gold))
        if seconds is not None and seconds > 2 * MAX_SECONDS:
            return judge
    raise AssertionError("no number of turns was slow")


@pytest.mark.parametrize("runtime", ["monty", "cpython"])
def test_a_checker_that_computes_too_long_fails_on_latency(
    runtime: str, task: Task, boxes: Sandboxes
):
    text = compiled(task)
    # A clock that stands still: the time that counts is the sandbox's own.
    judge = slow_judge(task, boxes, runtime)
    result = run_gate(trial_of(task), judge, min_kill=0.95, clock=lambda: 0.0)
    assert any(failure.startswith("latency") for failure in result.failures)
    quick = SourceJudge(checker=source_checker(text, boxes, runtime))
    assert run_gate(trial_of(task), quick, min_kill=0.95, clock=lambda: 0.0).ok


def test_without_sandboxed_processes_no_source_passes_and_the_reason_is_told(
    task: Task, boxes: Sandboxes
):
    class Missing:
        def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
            return SandboxRun(fault=SandboxFault.UNAVAILABLE, detail="no sandboxed process here")

    without = Sandboxes(monty=boxes.monty, cpython=Missing())
    result = gate(task, compiled(task), without)
    assert not result.ok
    assert any("no sandboxed process here" in failure for failure in result.failures)


def test_the_matrix_shows_what_each_style_kills_of_the_same_mutants(task: Task, boxes: Sandboxes):
    result = gate(task, compiled(task), boxes)
    table = {(row.style, row.form): row.kills for row in result.styles}
    assert set(table) == {
        ("composite", "source"),
        ("composite", "spec"),
        ("assertions", "spec"),
        ("hash", "spec"),
    }
    assert table["composite", "source"] == table["composite", "spec"] == result.kills
    mutants = {tuple((row.operator, row.mutants) for row in rows) for rows in table.values()}
    assert len(mutants) == 1

    def killed(style: str, operator: str) -> int:
        return next(row.killed for row in table[style, "spec"] if row.operator == operator)

    assert set(OPERATORS) >= {row.operator for row in result.kills}
    # A hash cannot see what was said; assertions cannot see what else was changed.
    assert killed("hash", "unconfirmed") == 0 < killed("composite", "unconfirmed")
    assert killed("assertions", "collateral") < killed("hash", "collateral")


def test_a_specs_matrix_has_three_styles(task: Task):
    assert task.checker is not None
    judge = SpecJudge(spec=task.checker)
    result = run_gate(
        trial_of(task), judge, min_kill=0.95, clock=time.perf_counter, has_styles=True
    )
    assert result.ok
    assert [row.style for row in result.styles] == ["composite", "assertions", "hash"]
