"""tau2-bench's replay: only calls that may write are run again, and compared with the record."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.json_values import same
from seawright_environment.core.tau2_documents import Tau2InitialState
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.world import Base, World
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A call and the message that answered it."""

    call: ToolCall
    answer: Message


def open_world(base: Base, start: Tau2InitialState | None) -> World:
    """Return the world that a task document starts from, before its message history."""
    start = start or Tau2InitialState()
    if start.initialization_data:
        raise InvalidRequestError("initialization_data is not supported in this domain")
    calls = [
        EnvironmentCall(requestor=call.env_type, name=call.func_name, arguments=call.arguments)
        for call in start.initialization_actions or []
    ]
    return World.open(base, calls=calls)


def history_of(start: Tau2InitialState | None) -> list[Message]:
    """Return the messages that precede the episode."""
    return import_messages(start.message_history or []) if start else []


def replay_writes(world: World, messages: Sequence[Message]) -> list[str]:
    """Run the recorded calls that may write, and return what answered differently.

    Raises `InvalidRequestError` where calls and answers do not pair.
    """
    mismatches: list[str] = []
    for answered in _paired(messages):
        call = answered.call
        if not world.base.content.is_write(call.name):
            continue
        result = world.call(call.requestor, call.name, call.arguments, call.id)
        if not same(_parsed(result.content), _parsed(answered.answer.content or "")):
            mismatches.append(f"{call.name} ({call.id}) answers differently: {result.content}")
    return mismatches


def _paired(messages: Sequence[Message]) -> list[Answered]:
    """Pair every call with the tool messages that follow it, in order and by id."""
    pairs: list[Answered] = []
    waiting: list[ToolCall] = []
    for index, message in enumerate(messages):
        if (message.role == "tool") != bool(waiting):
            raise InvalidRequestError(f"/messages/{index}: calls and answers do not pair")
        if message.role == "tool":
            call = waiting.pop(0)
            if call.id != message.tool_call_id:
                raise InvalidRequestError(f"/messages/{index}: not the answer to {call.id!r}")
            pairs.append(Answered(call=call, answer=message))
        else:
            waiting = list(message.tool_calls or ())
    if waiting:
        raise InvalidRequestError(f"call {waiting[0].id!r} is not answered")
    return pairs


def _parsed(content: str) -> JsonValue:
    try:
        return json.loads(content)
    except ValueError:
        return content
