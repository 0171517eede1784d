"""A replay is what the episode did."""

from typing import Any

from seawright_environment.core.replay import replay
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Scenario, Task
from tests.unit.environment.shops import open_world, order_with, shop

TASK = Task(
    id="t",
    domain="retail",
    database=DatabaseRef(domain="retail", seed=1, num_customers=40),
    scenario=Scenario(persona="plain", opening="hello", wishes=[]),
)


def episode() -> list[Message]:
    """Return an episode of a cancellation, a refused one, and a call nobody answered."""
    world = open_world()
    order_id = order_with(world, "pending")
    arguments: Any = {"order_id": order_id, "reason": "no longer needed"}
    messages = [Message(role="user", content="cancel it")]
    for call_id in ("a", "b"):
        call = ToolCall(id=call_id, name="cancel_pending_order", arguments=arguments)
        result = world.call("assistant", call.name, call.arguments, call_id)
        messages.append(Message(role="assistant", tool_calls=[call]))
        messages.append(result.as_message("assistant"))
    lost = ToolCall(id="c", name="modify_user_address")
    return [*messages, Message(role="assistant", tool_calls=[lost])]


def test_answered_calls_run_again_and_give_the_same_state():
    run = replay(shop(), TASK, episode())
    assert [(call.name, call.ok, call.turn) for call in run.calls] == [
        ("cancel_pending_order", True, 1),
        ("cancel_pending_order", False, 3),
    ]
    assert run.mismatches == []
    order_id = order_with(open_world(), "pending")
    assert run.initial["orders"][order_id]["status"] == "pending"
    assert run.final["orders"][order_id]["status"] == "cancelled"
    assert ["orders", order_id, "status"] in [operation.path for operation in run.diff]


def test_an_answer_that_is_not_given_now_is_reported():
    messages = episode()
    messages[2] = messages[2].model_copy(update={"content": "done"})
    mismatches = replay(shop(), TASK, messages).mismatches
    assert mismatches == ["turn 1: cancel_pending_order answers differently now"]
