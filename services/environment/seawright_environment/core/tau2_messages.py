"""tau2-bench's message documents, read and written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, cast

from pydantic import JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.remainders import Remainder, remainder, restored
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


class MessageRemainder(Record):
    """What one message document says beyond its messages."""

    whole: Remainder
    answers: list[Remainder] | None = None
    """Of a document that wraps several answers: the remainder of each."""


def import_messages(
    documents: Sequence[Mapping[str, JsonValue]], pointer: str = "/messages"
) -> list[Message]:
    """Return the messages, wrapped answers one by one.

    Costs, usage and timestamps are left out; `message_remainders` keeps them. An empty list of
    tool calls stays one: to tau2-bench such a message is a tool call.
    """
    return [
        _imported(inner, where)
        for index, document in enumerate(documents)
        for where, inner in _unwrapped(document, f"{pointer}/{index}")
    ]


def message_remainders(documents: Sequence[Mapping[str, JsonValue]]) -> list[MessageRemainder]:
    """Return what `restored_messages` needs besides the messages."""
    found: list[MessageRemainder] = []
    for document in documents:
        parts = [
            (inner, export_message(_imported(inner, where)))
            for where, inner in _unwrapped(document, "")
        ]
        if "tool_messages" not in document:
            found.append(MessageRemainder(whole=remainder(document, parts[0][1])))
            continue
        rests = [remainder(inner, told) for inner, told in parts]
        again: list[JsonValue] = [
            restored(told, rest) for (_, told), rest in zip(parts, rests, strict=True)
        ]
        whole = remainder(document, {"role": "tool", "tool_messages": again})
        found.append(MessageRemainder(whole=whole, answers=rests))
    return found


def restored_messages(
    messages: Sequence[Message], rests: Sequence[MessageRemainder]
) -> list[JsonObject]:
    """Return the documents as they were. Messages beyond the remainders are written plainly.

    Raises `InvalidRequestError` where the remainders are those of more messages.
    """
    num_told = sum(1 if rest.answers is None else len(rest.answers) for rest in rests)
    if num_told > len(messages):
        detail = f"remainders of {num_told} messages, but there are {len(messages)}"
        wrong = FieldError(pointer="/tau2/messages", code="too-many", detail=detail)
        raise InvalidRequestError(detail, errors=[wrong])
    told = iter([export_message(message) for message in messages])
    documents: list[JsonObject] = []
    for rest in rests:
        if rest.answers is None:
            documents.append(restored(next(told), rest.whole))
            continue
        again: list[JsonValue] = [restored(next(told), each) for each in rest.answers]
        documents.append(restored({"role": "tool", "tool_messages": again}, rest.whole))
    return [*documents, *told]


def _unwrapped(
    document: Mapping[str, JsonValue], where: str
) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    """Yield a message document, or the answers that it wraps, each with its pointer."""
    wrapped = document.get("tool_messages")
    if wrapped is None:
        yield where, document
        return
    if not isinstance(wrapped, list) or not all(isinstance(each, dict) for each in wrapped):
        raise _not_a_message(f"{where}/tool_messages", "must be a list of messages")
    for index, each in enumerate(wrapped):
        yield f"{where}/tool_messages/{index}", cast("JsonObject", each)


def _imported(document: Mapping[str, JsonValue], where: str) -> Message:
    try:
        read = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        inner = "/".join(str(step) for step in first["loc"])
        raise _not_a_message(f"{where}/{inner}", first["msg"]) from error
    calls = read.tool_calls
    return Message(
        role=read.role,
        content=read.content,
        tool_calls=None if calls is None else [ToolCall(**call.model_dump()) for call in calls],
        tool_call_id=read.id if read.role == "tool" else None,
        requestor=read.requestor if read.role == "tool" else None,
        error=read.error,
    )


def _not_a_message(pointer: str, detail: str) -> InvalidRequestError:
    wrong = FieldError(pointer=pointer, code="not-a-message", detail=detail)
    return InvalidRequestError(f"{pointer}: not a message", errors=[wrong])


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
