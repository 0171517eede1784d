"""A user model behind any OpenAI-compatible chat endpoint."""

import json

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from seawright_shared.clients.peer import Peer
from seawright_shared.errors import UnavailableError
from seawright_shared.records.base import Record, Request, content_hash
from seawright_shared.records.deed_tools import deed_tools
from seawright_shared.records.messages import Message, ToolCall
from seawright_user_simulator.core.flipping import flipped
from seawright_user_simulator.core.plain_texts import without_thoughts
from seawright_user_simulator.core.ports import Cue, Reply, stop_in

_ARGUMENTS = TypeAdapter(dict[str, JsonValue])


class _ChatRequest(Request):
    model: str
    messages: list[dict[str, JsonValue]]
    max_tokens: int
    seed: int
    temperature: float = 1.0
    tools: list[dict[str, JsonValue]] = Field(default=[], exclude_if=lambda tools: not tools)


class _Function(Record):
    name: str
    arguments: str = "{}"


class _Call(Record):
    id: str
    function: _Function


class _ChatMessage(Record):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Record):
    message: _ChatMessage


class _ChatReply(Record):
    choices: list[_Choice]


class OpenAiEngine:
    """Asks a model for the user's next message, in the user's own view of the conversation."""

    def __init__(self, peer: Peer, *, max_tokens: int, timeout_seconds: float) -> None:
        self._peer = peer
        self._max_tokens = max_tokens
        self._timeout_seconds = timeout_seconds

    async def reply(self, cue: Cue) -> Reply:
        """Return what the model said, right or wrong. An engine that fails is a fault of its own.

        Retried while the engine is down: sampling leaves nothing behind.
        """
        seen = flipped(cue.scenario, cue.messages, cue.remark)
        body = _ChatRequest(
            model=cue.user.model or "",
            messages=[_as_openai(message) for message in seen],
            max_tokens=self._max_tokens,
            seed=cue.seed,
            tools=[tool.as_openai() for tool in deed_tools(cue.scenario)],
        )
        answer = await self._peer.post(
            "/v1/chat/completions",
            body,
            _ChatReply,
            idempotency_key=content_hash(body),
            timeout_seconds=self._timeout_seconds,
        )
        if not answer.choices:
            raise UnavailableError("the user model returned no choice")
        said = answer.choices[0].message
        text = without_thoughts(said.content or "") or None
        calls, malformed = _as_calls(said.tool_calls or [])
        message = Message(
            role="user", content=text, tool_calls=calls or None, malformed=malformed or None
        )
        return Reply(message=message, stop=None if calls else stop_in(text or ""))


def _as_openai(message: Message) -> dict[str, JsonValue]:
    plain: dict[str, JsonValue] = {"role": message.role, "content": message.content}
    if message.role == "tool":
        plain["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        plain["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return plain


def _as_calls(calls: list[_Call]) -> tuple[list[ToolCall], str]:
    """Return the calls that can be read, and the first one that cannot, verbatim."""
    read: list[ToolCall] = []
    for call in calls:
        name, text = call.function.name, call.function.arguments or "{}"
        try:
            arguments = _ARGUMENTS.validate_json(text)
        except ValidationError:
            return [], f"{name}({text})"
        read.append(ToolCall(id=call.id, name=name, arguments=arguments, requestor="user"))
    return read, ""
