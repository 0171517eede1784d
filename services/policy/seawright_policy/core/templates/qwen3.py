"""The template of the Qwen3 families: ChatML turns, thoughts in tags, calls in hermes form.

A context reads:

    <|im_start|>system
    SYSTEM AND TOOLS<|im_end|>
    <|im_start|>user
    TEXT<|im_end|>
    <|im_start|>assistant
    <think>
    THOUGHTS
    </think>

    TEXT
    <tool_call>
    {"name": "look", "arguments": {"seat": "K-12"}}
    </tool_call><|im_end|>
    <|im_start|>user
    <tool_response>
    RESULT
    </tool_response><|im_end|>

The markers are single tokens. They are written by the template and sampled by the model, and
never read out of what users, tools and domains say.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from seawright_policy.core.codecs import TextCodec
from seawright_policy.core.templates.pieces import Piece, assemble, own
from seawright_policy.core.templates.qwen3_turns import Marks, content_of, forgotten, message_of
from seawright_shared.records.messages import Message, ToolCall, ToolSchema

MARKERS = (
    "<|im_start|>",
    "<|im_end|>",
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
)
"""Tokens that a tokenizer of this family has."""

SystemText = Callable[[str, Sequence[str]], Sequence[Piece]]
"""What stands in the system turn, of the system's text and the tools, each one line of JSON."""

Cue = Literal["plain", "thinking", "silent"]
"""How the model's turn is begun for it: not at all, within a thought, or after an empty one."""

CUES: dict[Cue, str] = {
    "plain": "<|im_start|>assistant\n",
    "thinking": "<|im_start|>assistant\n<think>\n",
    "silent": "<|im_start|>assistant\n<think>\n\n</think>\n\n",
}


def plain_system(system: str, tools: Sequence[str]) -> list[Piece]:
    """Return the system turn of a model folder that has no chat template of its own."""
    pieces = [Piece(system)]
    if tools:
        gap = "\n\n" if system else ""
        pieces.append(own(f"{gap}Tools that you can call, one JSON schema a line:\n<tools>"))
        pieces += [Piece("\n" + tool) for tool in tools]
        pieces.append(
            own(
                "\n</tools>\n\nWrite each call so:\n<tool_call>\n"
                '{"name": NAME, "arguments": OBJECT}\n</tool_call>'
            )
        )
    return pieces


def schema_line(tool: ToolSchema) -> str:
    """Return a tool as one line of JSON."""
    return json.dumps(tool.as_openai(), ensure_ascii=False)


def call_text(call: ToolCall) -> str:
    """Return a call as the model writes it."""
    plain: dict[str, JsonValue] = {"name": call.name, "arguments": call.arguments}
    return json.dumps(plain, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qwen3Template:
    """Writes turns as ids and reads a sampled turn back."""

    codec: TextCodec
    cue_kind: Cue = "plain"
    is_forgetful: bool = False
    """Thoughts are taken out before a user's next message, as these models' own templates do.

    Contexts are then not prefix-stable: each such break begins a new part of the trajectory.
    """
    system_text: SystemText = plain_system
    markers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "markers", {one: self.codec.special(one) for one in MARKERS})

    @property
    def end_id(self) -> int:
        """The end of a turn: sampled, and carrying loss."""
        return self.markers["<|im_end|>"]

    @property
    def num_tokens(self) -> int:
        """The size of the vocabulary."""
        return self.codec.num_tokens

    def opening(self, system: str, tools: Sequence[ToolSchema]) -> list[int]:
        """Return the ids of the system turn with the tools."""
        block = self.system_text(system, [schema_line(tool) for tool in tools])
        return self._ids(own("<|im_start|>system\n"), *block, own("<|im_end|>\n"))

    def heard(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of whole turns that the model does not speak.

        Results of tools that come in a row are one turn.
        """
        pieces: list[Piece] = []
        is_tool_before = False
        for message in messages:
            is_tool = message.role == "tool"
            if is_tool_before:
                pieces.append(own("\n" if is_tool else "<|im_end|>\n"))
            if not (is_tool and is_tool_before):
                pieces.append(own("<|im_start|>user\n"))
            text = Piece(message.content or "")
            around = (
                ("<tool_response>\n", "\n</tool_response>") if is_tool else ("", "<|im_end|>\n")
            )
            pieces += [own(around[0]), text, own(around[1])]
            is_tool_before = is_tool
        if is_tool_before:
            pieces.append(own("<|im_end|>\n"))
        return self._ids(*pieces)

    def cue(self) -> list[int]:
        """Return the ids after which the model speaks."""
        return self._ids(own(CUES[self.cue_kind]))

    def spoken(self, message: Message) -> list[int]:
        """Return the ids that a model samples to say this turn, its end included."""
        pieces: list[Piece] = []
        thought = message.reasoning
        if self.cue_kind == "thinking":
            pieces += [Piece(thought or ""), own("\n</think>\n\n")]
        elif thought is not None:
            pieces += [own("<think>\n"), Piece(thought), own("\n</think>\n\n")]
        pieces.append(Piece(message.content or ""))
        calls = [call_text(call) for call in message.tool_calls or ()]
        gap = "\n" if message.content else ""
        for call in calls:
            pieces += [own(f"{gap}<tool_call>\n"), Piece(call), own("\n</tool_call>")]
            gap = "\n"
        if message.malformed is not None:
            # The model said these markers itself: they are its tokens.
            pieces.append(own(gap + message.malformed))
        return self._ids(*pieces, own("<|im_end|>"))

    def repair(self, *, is_ended: bool) -> list[int]:
        """Return what is added, unsampled, before the next turn of others."""
        return self._ids(own("\n" if is_ended else "<|im_end|>\n"))

    def content(self, token_ids: Sequence[int]) -> str:
        """Return the spoken text of a turn sampled so far, without thoughts and calls."""
        return content_of(self.codec, self._marks(), token_ids)

    def parse(self, token_ids: Sequence[int], num_calls: int) -> Message:
        """Read a sampled turn. `num_calls` counts the context's earlier calls, for ids."""
        return message_of(self.codec, self._marks(), token_ids, num_calls)

    def rewritten(self, token_ids: Sequence[int]) -> list[int]:
        """Return a context as this template writes it once the user speaks again."""
        if not self.is_forgetful:
            return list(token_ids)
        return forgotten(self.codec, self._marks(), token_ids)

    def _ids(self, *pieces: Piece) -> list[int]:
        return assemble(self.codec, pieces, self.markers)

    def _marks(self) -> Marks:
        named = self.markers
        return Marks(
            end=named["<|im_end|>"],
            think=named["<think>"],
            unthink=named["</think>"],
            call=named["<tool_call>"],
            uncall=named["</tool_call>"],
            is_thinking=self.cue_kind == "thinking",
        )
