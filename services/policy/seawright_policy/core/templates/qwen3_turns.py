"""Reads what a Qwen3 model sampled: thoughts, text and calls, told apart by the markers' ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_policy.core.codecs import TextCodec
from seawright_shared.records.messages import Message, ToolCall

CALL_MARKERS = ("<tool_call>", "</tool_call>")
_JSON = TypeAdapter[JsonValue](JsonValue)
"""Stricter than `json`: a half of a surrogate pair, which no answer could say again, is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The markers' ids, and whether a turn begins within a thought."""

    end: int
    think: int
    unthink: int
    call: int
    uncall: int
    is_thinking: bool


@dataclass(slots=True, kw_only=True)
class Part:
    """A run of a turn: its kind, its ids without markers, whether it is closed."""

    kind: Literal["text", "thought", "call"]
    token_ids: list[int] = field(default_factory=list[int])
    is_closed: bool = False


def parts_of(marks: Marks, token_ids: Sequence[int]) -> list[Part]:
    """Return the runs of a turn sampled so far, in order."""
    parts = [Part(kind="thought" if marks.is_thinking else "text")]
    opens = {marks.think: "thought", marks.call: "call"}
    closes = {"thought": marks.unthink, "call": marks.uncall}
    for token_id in token_ids:
        last = parts[-1]
        if token_id == marks.end:
            break
        if last.kind == "text" and token_id in opens:
            last.is_closed = True
            parts.append(Part(kind="thought" if token_id == marks.think else "call"))
        elif token_id == closes.get(last.kind):
            last.is_closed = True
            parts.append(Part(kind="text"))
        elif last.kind == "call" and token_id == marks.call:
            # A call within a call: the first was never closed.
            parts.append(Part(kind="call"))
        else:
            last.token_ids.append(token_id)
    return parts


def message_of(codec: TextCodec, marks: Marks, token_ids: Sequence[int], num_calls: int) -> Message:
    """Read a sampled turn; what should have been a call and is none is kept verbatim."""
    parts = parts_of(marks, token_ids)
    thoughts = [
        thought_text(codec.decode(one.token_ids), is_cued=marks.is_thinking and at == 0)
        for at, one in enumerate(parts)
        if one.kind == "thought"
    ]
    reasoning = "\n".join(thoughts) if thoughts else None
    calls: list[ToolCall] = []
    for part in parts:
        if part.kind != "call":
            continue
        text = codec.decode(part.token_ids)
        call = read_call(text, f"call_{num_calls + len(calls)}") if part.is_closed else None
        if call is None:
            first = [one.kind for one in parts].index("call")
            return Message(
                role="assistant",
                content=_text(codec, parts[: first + 1]) or None,
                reasoning=reasoning,
                malformed=_verbatim(codec, parts[first:]),
            )
        calls.append(call)
    return Message(
        role="assistant",
        content=_text(codec, parts) or None,
        reasoning=reasoning,
        tool_calls=calls or None,
    )


def content_of(codec: TextCodec, marks: Marks, token_ids: Sequence[int]) -> str:
    """Return the text before the first call of a turn sampled so far.

    A line break at its end is held back until it is known not to belong to a call.
    """
    parts = parts_of(marks, token_ids)
    cut = next((at for at, one in enumerate(parts) if one.kind == "call"), None)
    text = _text(codec, parts if cut is None else parts[: cut + 1])
    is_over = cut is not None or (len(token_ids) > 0 and token_ids[-1] == marks.end)
    return text if is_over else text.removesuffix("\n")


def thought_text(text: str, *, is_cued: bool) -> str:
    """Return a thought without the line breaks that set it off; the cue has written the first."""
    return (text if is_cued else text.removeprefix("\n")).removesuffix("\n")


def read_call(text: str, call_id: str) -> ToolCall | None:
    """Read `{"name": ..., "arguments": {...}}`, or return None where it is something else."""
    try:
        value = _JSON.validate_json(text)
    except ValidationError:
        return None
    if not isinstance(value, dict):
        return None
    name, arguments = value.get("name"), value.get("arguments")
    if not isinstance(name, str) or not name or not isinstance(arguments, dict):
        return None
    return ToolCall(id=call_id, name=name, arguments=arguments)


def forgotten(codec: TextCodec, marks: Marks, token_ids: Sequence[int]) -> list[int]:
    """Return a context without the thoughts in it and the line breaks that follow them.

    Texts of others hold no markers, so every thought is the model's own or its cue's.
    """
    kept: list[int] = []
    is_thought = is_after = False
    for token_id in token_ids:
        if token_id == marks.think:
            is_thought = True
        elif is_thought:
            if token_id == marks.end:
                kept.append(token_id)
            is_after = token_id == marks.unthink
            is_thought = token_id not in (marks.unthink, marks.end)
        elif is_after and not codec.decode([token_id]).strip("\n"):
            continue
        else:
            is_after = False
            kept.append(token_id)
    return kept


def _verbatim(codec: TextCodec, parts: Sequence[Part]) -> str:
    """Return parts as they were sampled, markers included."""
    around = {"text": ("", ""), "thought": ("<think>", "</think>"), "call": CALL_MARKERS}
    text = ""
    for part in parts:
        opening, closing = around[part.kind]
        text += opening + codec.decode(part.token_ids) + (closing if part.is_closed else "")
    return text


def _text(codec: TextCodec, parts: Sequence[Part]) -> str:
    """Return the text of parts, without the line breaks that set thoughts and calls off."""
    text = ""
    for at, part in enumerate(parts):
        if part.kind != "text":
            continue
        own = codec.decode(part.token_ids)
        if at > 0 and parts[at - 1].kind == "thought":
            own = own.removeprefix("\n\n") if own.startswith("\n\n") else own.lstrip("\n")
        if at + 1 < len(parts) and parts[at + 1].kind == "call":
            own = own.removesuffix("\n")
        elif at > 0 and parts[at - 1].kind == "call":
            own = own if own.strip() else ""
        text += own
    return text
