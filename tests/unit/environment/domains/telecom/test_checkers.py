"""The gate on the carrier's tasks: both parties' calls are tried, and only some need a yes."""

import time
from dataclasses import replace

import pytest
from pydantic import JsonValue

from seawright_environment.core.checker import judge
from seawright_environment.core.mutants import Trial, mutants_of
from seawright_environment.core.selftest import run_selftest
from seawright_environment.core.selftest_scripts import Script, gold_script, play
from seawright_environment.core.world import World
from seawright_shared.records.checkers import SelfTest
from seawright_shared.records.tasks import EnvironmentCall, Task
from tests.support.telecom_synthesis import AUTHOR, accepted, carrier, troubles


def trial_of(task: Task) -> Trial:
    start = World.open(carrier(), task.initial_patch, task.initial_calls)
    return Trial(task=task, script=gold_script(task), start=start, author=AUTHOR)


def gate(task: Task, **changes: object) -> SelfTest:
    trial = trial_of(task)
    spec = trial.spec.model_copy(update=changes)
    return run_selftest(trial, spec, min_kill=0.95, clock=time.perf_counter)


def verdict(task: Task, script: Script) -> bool:
    trial = trial_of(task)
    return judge(trial.spec, play(trial.start, script.messages())).ok


def task_with(name: str) -> Task:
    return next(
        task
        for task in accepted()
        if len(task.goal_types) == 1 and any(a.name == name for a in task.golden_actions)
    )


def test_every_accepted_task_passes_the_gate_again():
    for task in accepted()[:30]:
        assert task.checker is not None
        assert gate(task).failures == []


def test_a_checker_of_goals_alone_lets_damage_on_either_side_through():
    for task in troubles()[:10]:
        if task.outcome == "fulfil":
            result = gate(task, frame=["*"])
            assert any(failure.startswith("collateral") for failure in result.failures)


def test_a_checker_that_forgets_one_side_lets_a_dropped_deed_through():
    task = task_with("toggle_data")
    assert task.checker is not None
    goals = [goal for goal in task.checker.goals if goal.path[0] != "user"]
    assert not gate(task, goals=goals).ok


@pytest.mark.parametrize("party", ["user", "assistant"])
def test_each_partys_call_made_by_the_other_is_wrong(party: str):
    tried = 0
    for task in troubles()[:40]:
        trial = trial_of(task)
        for operator, script in mutants_of(trial):
            run = play(trial.start, script.messages())
            if operator == "wrong_requestor" and any(c.requestor == party for c in run.calls):
                tried += 1
                assert not judge(trial.spec, run).ok
    assert tried > 5


def test_data_is_bought_after_a_yes_only():
    task = task_with("refuel_data")
    script = gold_script(task)
    assert verdict(task, script)
    silent = tuple(replace(block, proposal=()) for block in script.blocks)
    assert not verdict(task, replace(script, blocks=silent))


def test_what_costs_nothing_needs_no_yes():
    task = task_with("enable_roaming")
    assert task.checker is not None
    assert not task.checker.confirmed_before_writes
    assert all(not block.proposal for block in gold_script(task).blocks)
    assert verdict(task, gold_script(task))


def test_what_the_customer_does_himself_he_need_not_confirm():
    own = next(task for task in troubles() if task.golden_actions)
    assert own.checker is not None
    strict = own.checker.model_copy(update={"confirmed_before_writes": True})
    strict = strict.model_copy(update={"confirmed_writes": ["refuel_data"]})
    trial = trial_of(own)
    assert judge(strict, play(trial.start, trial.script.messages())).ok


def test_a_whole_amount_of_data_may_be_spelled_without_its_point():
    arguments: dict[str, JsonValue] = {"line_id": "L1", "gb_amount": 2.0}
    call = EnvironmentCall(requestor="assistant", name="refuel_data", arguments=arguments)
    (other,) = AUTHOR.equivalents(call)
    assert repr(other.arguments["gb_amount"]) == "2"
    half = call.model_copy(update={"arguments": {**arguments, "gb_amount": 0.5}})
    assert AUTHOR.equivalents(half) == []
