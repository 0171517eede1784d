"""What is said and called in an episode; a superset of tau2-bench's messages."""

from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record

Requestor = Literal["assistant", "user"]
Role = Literal["system", "assistant", "user", "tool"]


class ToolCall(Record):
    """One request to a tool. Arguments are kept as they were sampled, valid or not."""

    id: str
    name: str
    arguments: dict[str, JsonValue] = {}
    requestor: Requestor = "assistant"


class Message(Record):
    """One turn. A `tool` message answers the call `tool_call_id`; `error` marks a refusal."""

    role: Role
    content: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    requestor: Requestor | None = None
    error: bool = False
    reasoning: str | None = None
    """The agent's thoughts: never shown to the user, to tools or to the verifier."""
    malformed: str | None = None
    """Sampled text that should have been a tool call and could not be parsed, verbatim."""


class ToolResult(Record):
    """A tool's answer. A refusal is data: `error` is true and `content` says why."""

    call_id: str
    content: str
    error: bool = False

    def as_message(self, requestor: Requestor) -> Message:
        """Return the `tool` message that the caller reads."""
        return Message(
            role="tool",
            content=self.content,
            tool_call_id=self.call_id,
            requestor=requestor,
            error=self.error,
        )


class ToolSchema(Record):
    """A tool as a model sees it; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    kind: Literal["read", "write", "generic"]
    requestor: Requestor = "assistant"

    def as_openai(self) -> dict[str, JsonValue]:
        """Return the OpenAI function form."""
        function: dict[str, JsonValue] = {
            "name": self.name,
            "description": self.description,
            "parameters": dict(self.parameters),
        }
        return {"type": "function", "function": function}
