"""Verdicts: faults never become rewards, and an episode cut short is reward 0."""

from typing import Any

import pytest

from seawright_environment.core.databases import Databases
from seawright_environment.domains import DOMAINS
from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.checkers import CheckerSpec, GoalItem
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution
from tests.unit.environment.shops import open_world, order_with

VERIFY = VerifyTrajectory(databases=Databases(DOMAINS))
ORDER = order_with(open_world(), "pending")
ARGUMENTS: Any = {"order_id": ORDER, "reason": "no longer needed"}
SPEC = CheckerSpec(
    goals=[GoalItem(path=["orders", ORDER, "status"], value="cancelled")],
    frame=["orders/*", "users/*"],
)
TASK = Task(
    id="t",
    domain="retail",
    database=DatabaseRef(domain="retail", seed=1, num_customers=40),
    scenario=Scenario(persona="plain", opening="hello", wishes=[]),
    checker=SPEC,
)


def episode() -> list[Message]:
    call = ToolCall(id="a", name="cancel_pending_order", arguments=ARGUMENTS)
    result = open_world().call("assistant", call.name, call.arguments, call.id)
    return [
        Message(role="user", content="please cancel it"),
        Message(role="assistant", tool_calls=[call]),
        result.as_message("assistant"),
        Message(role="assistant", content="done"),
    ]


async def test_a_reached_goal_is_reward_1_and_a_missed_one_reward_0():
    reached = await VERIFY(TASK, episode(), StopReason.USER_STOP)
    assert (reached.ok, reached.reward) == (True, 1.0)
    missed = await VERIFY(TASK, [], StopReason.USER_STOP)
    assert (missed.ok, missed.reward) == (False, 0.0)
    assert reached.final_state_hash != missed.final_state_hash == open_world().state_hash()


@pytest.mark.parametrize(
    ("stop", "attribution"),
    [
        (StopReason.USER_ERROR, Attribution.USER),
        (StopReason.INFRASTRUCTURE, Attribution.INFRA),
    ],
)
@pytest.mark.parametrize("scoring", ["checker", "tau2"])
async def test_a_fault_never_becomes_a_reward(
    stop: StopReason, attribution: Attribution, scoring: Any
):
    verdict = await VERIFY(TASK, episode(), stop, scoring=scoring)
    assert (verdict.reward, verdict.attribution) == (None, attribution)


async def test_an_episode_cut_short_is_reward_0_even_where_the_goal_was_reached():
    verdict = await VERIFY(TASK, episode(), StopReason.MAX_TURNS)
    assert (verdict.ok, verdict.reward, verdict.failure_class) == (False, 0.0, "stop:max_turns")


@pytest.mark.parametrize("scoring", ["checker", "tau2"])
async def test_an_environment_that_answers_differently_is_blamed_and_gives_no_reward(scoring: Any):
    document = {
        "id": "1",
        "user_scenario": {"instructions": "x"},
        "evaluation_criteria": {"actions": []},
    }
    task = TASK.model_copy(update={"tau2": document})
    messages = episode()
    messages[2] = messages[2].model_copy(update={"content": "another answer"})
    # tau2-bench's start is the base alone, which is this task's start too.
    verdict = await VERIFY(task, messages, StopReason.USER_STOP, scoring=scoring)
    assert (verdict.reward, verdict.attribution) == (None, Attribution.ENV)
    assert verdict.failure_class == "replay:mismatch"


async def test_a_checker_beside_the_task_takes_the_place_of_its_own():
    other = CheckerSpec(goals=[GoalItem(path=["orders", ORDER, "status"], value="pending")])
    verdict = await VERIFY(TASK, [], StopReason.USER_STOP, checker=other)
    assert verdict.reward == 1.0


async def test_what_is_missing_is_named():
    bare = TASK.model_copy(update={"checker": None})
    with pytest.raises(InvalidRequestError) as no_checker:
        await VERIFY(bare, [], StopReason.USER_STOP)
    assert no_checker.value.errors[0].pointer == "/task/checker"
    with pytest.raises(InvalidRequestError) as no_document:
        await VERIFY(TASK, [], StopReason.USER_STOP, scoring="tau2")
    assert no_document.value.errors[0].pointer == "/task/tau2"
