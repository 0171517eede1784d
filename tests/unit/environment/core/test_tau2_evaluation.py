"""tau2-bench's evaluation rules, one by one, on a generated shop."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from seawright_environment.core.json_values import at
from seawright_environment.core.state import State
from seawright_environment.core.tau2_documents import read_document
from seawright_environment.core.tau2_evaluation import evaluate
from seawright_environment.core.tau2_verdicts import tau2_verdict
from seawright_environment.core.world import Base
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.trajectories import StopReason
from tests.unit.environment.shops import open_world, order_with, shop

ORDER = order_with(open_world(), "pending")
CANCEL = {"order_id": ORDER, "reason": "no longer needed"}
GOLD = {"action_id": "g", "name": "cancel_pending_order", "arguments": CANCEL}


def document(**criteria: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "user_scenario": {"instructions": "cancel"},
        "evaluation_criteria": {"reward_basis": ["DB"], **criteria},
    }


def episode(*calls: tuple[str, dict[str, Any]], text: str = "done") -> list[Message]:
    world = open_world()
    messages = [Message(role="assistant", content="hello"), Message(role="user", content="cancel")]
    for number, (name, arguments) in enumerate(calls):
        call = ToolCall(id=f"c{number}", name=name, arguments=arguments)
        messages.append(Message(role="assistant", tool_calls=[call]))
        result = world.call("assistant", name, arguments, call.id)
        messages.append(result.as_message("assistant"))
    return [*messages, Message(role="assistant", content=text)]


def rewarded(task: dict[str, Any], messages: list[Message], base: Base | None = None) -> float:
    parts = read_document(task)
    return evaluate(base or shop(), parts, messages, StopReason.USER_STOP).reward


def test_the_same_end_state_by_another_way_is_rewarded():
    task = document(actions=[GOLD])
    wrong = {**CANCEL, "reason": "ordered by mistake"}
    assert rewarded(task, episode(("cancel_pending_order", CANCEL))) == 1.0
    assert rewarded(task, episode(("cancel_pending_order", wrong))) == 0.0
    assert rewarded(task, episode()) == 0.0


def test_a_refused_gold_action_is_passed_over():
    task = document(actions=[GOLD, {**GOLD, "action_id": "again"}])
    assert rewarded(task, episode(("cancel_pending_order", CANCEL))) == 1.0


@pytest.mark.parametrize(
    "stop", [stop for stop in StopReason if stop not in {"user_stop", "agent_stop"}]
)
def test_an_episode_that_was_cut_short_is_reward_0(stop: StopReason):
    evaluation = evaluate(shop(), read_document(document()), episode(), stop)
    assert (evaluation.reward, evaluation.basis) == (0.0, None)


def test_an_information_must_stand_in_one_assistant_text_and_commas_are_taken_out_of_the_text_only():
    basis = ["COMMUNICATE"]
    said = episode(text="It costs $1,296.50 in total")
    for text, reward in (("1296.50", 1.0), ("296.50", 1.0), ("1,296.50", 0.0), ("TOTAL", 1.0)):
        assert rewarded(document(communicate_info=[text], reward_basis=basis), said) == reward


def test_actions_are_compared_on_the_arguments_of_the_call():
    task = document(actions=[GOLD], reward_basis=["ACTION"])
    assert rewarded(task, episode(("cancel_pending_order", {}))) == 1.0
    assert rewarded(task, episode(("cancel_pending_order", {"order_id": ORDER}))) == 1.0
    assert rewarded(task, episode(("cancel_pending_order", {**CANCEL, "more": 1}))) == 0.0
    named = document(actions=[{**GOLD, "compare_args": ["order_id"]}], reward_basis=["ACTION"])
    assert rewarded(named, episode(("cancel_pending_order", {**CANCEL, "reason": "x"}))) == 1.0
    anything = document(actions=[{**GOLD, "compare_args": []}], reward_basis=["ACTION"])
    assert rewarded(anything, episode(("cancel_pending_order", {"order_id": "x"}))) == 1.0


def test_environment_assertions_are_part_of_the_product():
    def is_cancelled(state: State, arguments: Mapping[str, Any]) -> bool:
        return at(state.view(), ["orders", arguments["order_id"], "status"]) == "cancelled"

    content = replace(shop().content, assertions={"is_cancelled": is_cancelled})
    base = replace(shop(), content=content)
    assertion = {
        "env_type": "assistant",
        "func_name": "is_cancelled",
        "arguments": {"order_id": ORDER},
    }
    task = document(actions=[], env_assertions=[assertion], reward_basis=["ENV_ASSERTION"])
    assert rewarded(task, episode(("cancel_pending_order", CANCEL)), base) == 1.0
    assert rewarded(task, episode(), base) == 0.0
    with pytest.raises(InvalidRequestError, match="is_cancelled"):
        rewarded(task, episode())


def test_calls_and_answers_that_do_not_pair_are_refused():
    messages = episode(("cancel_pending_order", CANCEL))
    with pytest.raises(InvalidRequestError, match="do not pair"):
        rewarded(document(actions=[GOLD]), [*messages[:3], *messages[4:]])
    with pytest.raises(InvalidRequestError, match="not answered"):
        rewarded(document(actions=[GOLD]), messages[:3])


def test_assertions_in_words_are_counted_as_met_and_the_verdict_says_so():
    task = document(actions=[], nl_assertions=["is polite"], reward_basis=["DB", "NL_ASSERTION"])
    parts = read_document(task)
    evaluation = evaluate(shop(), parts, episode(), StopReason.USER_STOP)
    verdict = tau2_verdict(evaluation, StopReason.USER_STOP)
    assert verdict.reward == 1.0
    check = next(check for check in verdict.checks if check.id == "NL_ASSERTION")
    assert check.why == "not judged: 1 assertions counted as met"


def test_a_component_outside_the_basis_is_shown_and_does_not_count():
    task = document(actions=[GOLD], communicate_info=["never said"])
    parts = read_document(task)
    messages = episode(("cancel_pending_order", CANCEL))
    verdict = tau2_verdict(
        evaluate(shop(), parts, messages, StopReason.USER_STOP), StopReason.USER_STOP
    )
    assert verdict.ok
    assert {check.id: check.ok for check in verdict.checks} == {
        "DB": True,
        "diagnostic:ENV_ASSERTION": True,
        "diagnostic:COMMUNICATE": False,
        "diagnostic:ACTION": True,
    }


def test_a_document_that_is_no_task_is_refused_by_its_fields():
    with pytest.raises(InvalidRequestError) as refusal:
        read_document({"id": "1"})
    assert refusal.value.errors[0].pointer == "/task/tau2/user_scenario"
