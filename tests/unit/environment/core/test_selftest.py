"""The gate itself is tested: checkers that are too weak or too strict do not pass it."""

import time

import pytest

from seawright_environment.core.mutants import OPERATORS, Trial
from seawright_environment.core.selftest import run_selftest
from seawright_environment.core.selftest_scripts import gold_script
from seawright_environment.core.world import World
from seawright_shared.records.checkers import CheckerSpec, GoalItem, SaidItem, SelfTest
from seawright_shared.records.tasks import Task
from tests.support.synthesis import AUTHOR, accepted, shop, task_of


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of("return_delivered_order_items")


def gate(task: Task, **changes: object) -> SelfTest:
    assert task.checker is not None
    trial = Trial(task=task, script=gold_script(task), start=World.open(shop()), author=AUTHOR)
    spec = task.checker.model_copy(update=changes)
    return run_selftest(trial, spec, min_kill=0.95, clock=time.perf_counter)


def points(result: SelfTest) -> set[str]:
    return {failure.split(":")[0] for failure in result.failures}


def test_the_compiled_checker_passes(task: Task):
    assert gate(task).ok


def test_without_goals_doing_nothing_passes_so_the_gate_fails_it(task: Task):
    result = gate(task, goals=[])
    assert not result.ok
    assert points(result) >= {"drop_write"}


def test_without_a_frame_gold_itself_is_rejected(task: Task):
    result = gate(task, frame=[])
    assert not result.ok
    assert "gold" in points(result)
    assert result.false_rejects > 0


def test_with_an_open_frame_collateral_damage_survives_so_the_gate_fails_it(task: Task):
    result = gate(task, frame=["*"])
    assert not result.ok
    assert "collateral" in points(result)


def test_without_confirmation_unconfirmed_writes_survive_so_the_gate_fails_it(task: Task):
    assert points(gate(task, confirmed_before_writes=False)) >= {"unconfirmed"}


def test_without_identification_strangers_are_served_so_the_gate_fails_it(task: Task):
    assert points(gate(task, before=[])) >= {"unidentified"}


def test_a_wrong_goal_rejects_gold(task: Task):
    assert task.checker is not None
    wrong = [GoalItem(path=task.checker.goals[0].path, value="nonsense")]
    assert "gold" in points(gate(task, goals=wrong))


def test_exact_text_rejects_another_spelling():
    moved = task_of("modify_user_address")
    assert moved.checker is not None
    strict = [goal.model_copy(update={"compare": "exact"}) for goal in moved.checker.goals]
    assert "equivalents" in points(gate(moved, goals=strict))


def test_a_fact_that_nobody_must_say_lets_wrong_answers_pass():
    asked = task_of("order_info")
    assert "wrong_said" not in points(gate(asked))
    assert points(gate(asked, said=[])) & {"kill", "silent"} or not gate(asked, said=[]).ok


def test_a_checker_that_raises_is_no_checker(task: Task):
    broken = SaidItem.model_construct(text=1, role="assistant", any_of=[], cents=None)
    result = gate(task, said=[broken])
    assert not result.ok
    assert "no_exceptions" in points(result)


def test_a_slow_checker_fails_on_latency(task: Task):
    assert task.checker is not None
    ticks = iter(range(10**6))
    trial = Trial(task=task, script=gold_script(task), start=World.open(shop()), author=AUTHOR)
    result = run_selftest(trial, task.checker, min_kill=0.95, clock=lambda: float(next(ticks)))
    assert points(result) == {"latency"}


def test_an_empty_checker_passes_nothing():
    for task in accepted()[:20]:
        spec = CheckerSpec()
        assert task.checker is not None
        trial = Trial(task=task, script=gold_script(task), start=World.open(shop()), author=AUTHOR)
        assert not run_selftest(trial, spec, min_kill=0.95, clock=time.perf_counter).ok


def test_every_operator_makes_mutants_somewhere():
    seen = {
        row.operator
        for task in accepted()
        if task.selftest
        for row in task.selftest.kills
        if row.mutants + row.equivalent
    }
    assert seen == set(OPERATORS)
