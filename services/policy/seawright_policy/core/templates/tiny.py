"""The compact template of the tiny model: one marker a turn, tools as signatures.

A context reads, without line breaks between turns:

    <|system|>TEXT<|tools|>name(arg, list[], optional?)<newline>...<|end|>
    <|user|>TEXT<|end|>
    <|assistant|>TEXT<|call|>name {"arg": "value"}<|end|>
    <|result|>TEXT<|end|>
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_policy.core.codecs import TextCodec
from seawright_shared.records.messages import Message, ToolCall, ToolSchema

_JSON = TypeAdapter[JsonValue](JsonValue)
"""Stricter than `json`: a half of a surrogate pair, which no answer could say again, is refused."""
SPECIAL_TOKENS = (
    "<|pad|>",
    "<|end|>",
    "<|system|>",
    "<|tools|>",
    "<|user|>",
    "<|assistant|>",
    "<|call|>",
    "<|result|>",
)


@dataclass(frozen=True, slots=True)
class TinyTemplate:
    """Writes turns as ids and reads a sampled turn back."""

    codec: TextCodec
    end_id: int = field(init=False)
    _call_id: int = field(init=False)
    _assistant_id: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "end_id", self.codec.special("<|end|>"))
        object.__setattr__(self, "_call_id", self.codec.special("<|call|>"))
        object.__setattr__(self, "_assistant_id", self.codec.special("<|assistant|>"))

    @property
    def num_tokens(self) -> int:
        """The size of the vocabulary."""
        return self.codec.num_tokens

    def opening(self, system: str, tools: Sequence[ToolSchema]) -> list[int]:
        """Return the ids of the system turn with the tools' signatures."""
        ids = [self.codec.special("<|system|>"), *self.codec.encode(system)]
        if tools:
            listing = "\n".join(signature(tool) for tool in tools)
            ids += [self.codec.special("<|tools|>"), *self.codec.encode(listing)]
        return [*ids, self.end_id]

    def heard(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of whole turns that the model does not speak."""
        ids: list[int] = []
        for message in messages:
            marker = "<|result|>" if message.role == "tool" else "<|user|>"
            text = self.codec.encode(message.content or "")
            ids += [self.codec.special(marker), *text, self.end_id]
        return ids

    def cue(self) -> list[int]:
        """Return the ids after which the model speaks."""
        return [self._assistant_id]

    def spoken(self, message: Message) -> list[int]:
        """Return the ids that a model samples to say this turn, its end included."""
        ids = self.codec.encode(message.content or "")
        for call in message.tool_calls or ():
            arguments = json.dumps(call.arguments, ensure_ascii=False)
            ids += [self._call_id, *self.codec.encode(f"{call.name} {arguments}")]
        if message.malformed is not None:
            ids += [self._call_id, *self.codec.encode(message.malformed)]
        return [*ids, self.end_id]

    def repair(self, *, is_ended: bool) -> list[int]:
        """Return what is added, unsampled, before the next turn of others."""
        return [] if is_ended else [self.end_id]

    def content(self, token_ids: Sequence[int]) -> str:
        """Return the text before the first call of a turn, whole or not."""
        ends = (self._call_id, self.end_id)
        cut = next((at for at, one in enumerate(token_ids) if one in ends), len(token_ids))
        return self.codec.decode(token_ids[:cut])

    def rewritten(self, token_ids: Sequence[int]) -> list[int]:
        """Return the context as it is: nothing in it is ever written anew."""
        return list(token_ids)

    def parse(self, token_ids: Sequence[int], num_calls: int) -> Message:
        """Read a sampled turn. `num_calls` counts the context's earlier calls, for ids."""
        body = [token_id for token_id in token_ids if token_id != self.end_id]
        parts: list[list[int]] = [[]]
        for token_id in body:
            if token_id == self._call_id:
                parts.append([])
            else:
                parts[-1].append(token_id)
        content = self.content(token_ids) or None
        calls: list[ToolCall] = []
        for number, part in enumerate(parts[1:]):
            call = read_call(self.codec.decode(part), f"call_{num_calls + number}")
            if call is None:
                verbatim = "".join(self.codec.decode(rest) for rest in parts[1:])
                return Message(role="assistant", content=content, malformed=verbatim)
            calls.append(call)
        return Message(role="assistant", content=content, tool_calls=calls or None)


def read_call(text: str, call_id: str) -> ToolCall | None:
    """Read `name {json object}`, or return None where it is neither."""
    name, _, arguments = text.partition(" ")
    if not name.isidentifier():
        return None
    try:
        value = _JSON.validate_json(arguments)
    except ValidationError:
        return None
    if not isinstance(value, dict):
        return None
    return ToolCall(id=call_id, name=name, arguments=value)


def signature(tool: ToolSchema) -> str:
    """Return `name(arg, list[], optional?)` of a tool."""
    properties = tool.parameters.get("properties")
    required = tool.parameters.get("required")
    names: list[str] = []
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        is_list = isinstance(schema, dict) and schema.get("type") == "array"
        is_required = isinstance(required, list) and name in required
        names.append(name + ("[]" if is_list else "") + ("" if is_required else "?"))
    return f"{tool.name}({', '.join(names)})"
