"""tau2-bench's message documents, read and written."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import Record
from seawright_shared.records.messages import Message, Requestor, ToolCall


class _Call(Record):
    id: str = ""
    name: str
    arguments: dict[str, JsonValue]
    requestor: Requestor = "assistant"


class _Document(Record):
    role: Literal["system", "assistant", "user", "tool"]
    id: str | None = None
    content: str | None = None
    tool_calls: list[_Call] | None = None
    requestor: Requestor | None = None
    error: bool = False


def import_messages(documents: Sequence[Mapping[str, JsonValue]]) -> list[Message]:
    """Return the messages; costs, usage and timestamps are left out."""
    return [_imported(index, document) for index, document in enumerate(documents)]


def _imported(index: int, document: Mapping[str, JsonValue]) -> Message:
    try:
        read = _Document.model_validate(document)
    except ValidationError as error:
        pointer = f"/messages/{index}"
        wrong = FieldError(pointer=pointer, code="not-a-message", detail=str(error.errors()[0]))
        raise InvalidRequestError(f"{pointer}: not a message", errors=[wrong]) from error
    calls = read.tool_calls
    return Message(
        role=read.role,
        content=read.content,
        tool_calls=None if calls is None else [ToolCall(**call.model_dump()) for call in calls],
        tool_call_id=read.id if read.role == "tool" else None,
        requestor=read.requestor if read.role == "tool" else None,
        error=read.error,
    )


def export_message(message: Message) -> JsonObject:
    """Return tau2-bench's form of a message."""
    if message.role == "tool":
        return {
            "role": "tool",
            "id": message.tool_call_id or "",
            "content": message.content,
            "requestor": message.requestor or "assistant",
            "error": message.error,
        }
    document: JsonObject = {"role": message.role, "content": message.content}
    if message.tool_calls is not None:
        document["tool_calls"] = [call.model_dump(mode="json") for call in message.tool_calls]
    return document
