"""SFT rows of the AReaL-tau2 data as dialogues, the last message being the turn that is taught."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from seawright_environment.core.areal_rows import ArealAnswer, Line, SftRow, flat_call
from seawright_shared.records.base import content_id
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.messages import Message, ToolCall, ToolSchema


def areal_dialogue(line: Line, row: SftRow, tools: Sequence[ToolSchema]) -> Dialogue:
    """Return the dialogue up to and with the answer; its first message is the system's.

    The rows have no call ids: calls are numbered in their order, and each answer of a tool takes
    the oldest call that waits for one.
    """
    if not row.messages or row.messages[0].role != "system":
        line.refuse("messages.0.role", "not-system", "the first message must be the system's")
    messages = list(_messages(line, row))
    source = str(row.metadata.source_dialog_id)
    return Dialogue(
        id=content_id("dlg", row),
        task_id=source,
        trajectory_id=f"{source}/{row.metadata.turn_index}",
        system=row.messages[0].content or "",
        tools=list(tools),
        messages=messages,
    )


def _messages(line: Line, row: SftRow) -> Iterator[Message]:
    calls = _Calls(line)
    for index, message in enumerate(row.messages[1:], 1):
        field = f"messages.{index}"
        if message.role == "tool":
            yield calls.answered(field, message.content)
        elif message.role in {"assistant", "user"}:
            calls.refuse_waiting(field)
            yield Message(
                role="assistant" if message.role == "assistant" else "user",
                content=message.content,
                tool_calls=calls.made(field, message.tool_calls),
            )
        else:
            line.refuse(f"{field}.role", "unknown", f"{message.role!r} is no speaker")
    calls.refuse_waiting("answer")
    yield _taught(line, row.answer, calls)


def _taught(line: Line, answer: ArealAnswer, calls: "_Calls") -> Message:
    if answer.role != "assistant":
        line.refuse("answer.role", "not-assistant", "the answer must be the assistant's")
    made = calls.made("answer", answer.tool_calls)
    if not made and not (answer.content or "").strip():
        line.refuse("answer", "empty", "it has neither text nor tool calls")
    return Message(
        role="assistant",
        content=answer.content,
        tool_calls=made,
        reasoning=answer.thinking or None,
    )


class _Calls:
    """Numbers calls and pairs them with their answers."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._number = 0
        self._waiting: list[str] = []

    def made(self, field: str, values: Sequence[JsonValue] | None) -> list[ToolCall] | None:
        """Return a message's calls, with ids. None where it makes none."""
        if not values:
            return None
        calls: list[ToolCall] = []
        for index, value in enumerate(values):
            flat = flat_call(self._line, f"{field}.tool_calls.{index}", value)
            call_id = f"call_{self._number}"
            self._number += 1
            self._waiting.append(call_id)
            calls.append(ToolCall(id=call_id, name=flat.name, arguments=flat.arguments))
        return calls

    def refuse_waiting(self, field: str) -> None:
        """Raise where somebody speaks while a call still waits for its answer."""
        if self._waiting:
            self._line.refuse(field, "not-answered", f"{self._waiting[0]} is not answered yet")

    def answered(self, field: str, content: str | None) -> Message:
        """Return a tool's answer to the oldest call that waits."""
        if not self._waiting:
            self._line.refuse(field, "no-call", "a tool answers, but no call waits")
        call_id = self._waiting.pop(0)
        text = content or ""
        return Message(
            role="tool",
            content=text,
            tool_call_id=call_id,
            requestor="assistant",
            error=text.startswith("Error"),
        )
