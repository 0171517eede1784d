"""Messages to ids and back: contexts only ever grow, and sampled ids are kept as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, Protocol

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolSchema

NUM_OPENINGS = 16
"""System turns that are remembered."""


class Template(Protocol):
    """How one family of models writes turns. All ids of a turn depend on that turn alone.

    A template that takes parts out of earlier turns, as thoughts, says so by `rewritten`.
    """

    @property
    def end_id(self) -> int:
        """The end of a turn: sampled, and carrying loss."""
        ...

    @property
    def num_tokens(self) -> int:
        """The size of the vocabulary."""
        ...

    def opening(self, system: str, tools: Sequence[ToolSchema]) -> list[int]:
        """Return the ids of the system turn with the tools."""
        ...

    def heard(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of consecutive turns that the model does not speak."""
        ...

    def cue(self) -> list[int]:
        """Return the ids after which the model speaks."""
        ...

    def spoken(self, message: Message) -> list[int]:
        """Return the canonical ids of the model's own turn, its end included."""
        ...

    def repair(self, *, is_ended: bool) -> list[int]:
        """Return what follows the model's turn, unsampled, before others speak."""
        ...

    def content(self, token_ids: Sequence[int]) -> str:
        """Return the spoken text of a turn sampled so far, its calls left out."""
        ...

    def rewritten(self, token_ids: Sequence[int]) -> list[int]:
        """Return a context as this template writes it once a user speaks again.

        Where these are other ids than the context's, the context is broken: it cannot be extended.
        """
        ...

    def parse(self, token_ids: Sequence[int], num_calls: int) -> Message:
        """Read a sampled turn; a call that cannot be read is recorded in `malformed`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """Ids of a whole dialogue, and which of them the model speaks."""

    token_ids: list[int]
    loss_mask: list[bool]


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes contexts with one template; the same code serves sampling and training."""

    template: Template
    _openings: dict[tuple[str, ...], tuple[int, ...]] = field(
        default_factory=dict[tuple[str, ...], tuple[int, ...]], compare=False
    )
    """The last few: all episodes of a domain begin with the same long system turn."""

    def opening(self, messages: Sequence[Message], tools: Sequence[ToolSchema]) -> list[int]:
        """Return a new context up to the cue. The first message must be the system's.

        Earlier turns of the assistant, as a fixed greeting, are written as it would say them.
        """
        if not messages or messages[0].role != "system":
            raise InvalidRequestError("a context starts with the system message")
        past = self.render(messages[0].content or "", tools, messages[1:]).token_ids
        between = self.template.repair(is_ended=True) if messages[-1].role == "assistant" else []
        return [*past, *between, *self.template.cue()]

    def opening_length(self, messages: Sequence[Message], tools: Sequence[ToolSchema]) -> int:
        """Return how many tokens the system turn has: what contexts of one domain share."""
        return len(self.system_turn(messages[0].content or "", tools))

    def system_turn(self, system: str, tools: Sequence[ToolSchema]) -> list[int]:
        """Return the ids of the system turn with the tools."""
        key = (system, *(tool.model_dump_json() for tool in tools))
        found = self._openings.get(key)
        if found is None:
            found = tuple(self.template.opening(system, tools))
            if len(self._openings) >= NUM_OPENINGS:
                self._openings.clear()
            self._openings[key] = found
        return list(found)

    def extension(self, messages: Sequence[Message], *, is_ended: bool) -> list[int]:
        """Return what `messages` add to a context whose last sampled turn ended or not."""
        if not messages:
            raise InvalidRequestError("a context is extended by at least one message")
        repair = self.template.repair(is_ended=is_ended)
        return [*repair, *self._heard(messages), *self.template.cue()]

    def render(
        self,
        system: str,
        tools: Sequence[ToolSchema],
        messages: Sequence[Message],
        role: Literal["assistant", "user"] = "assistant",
    ) -> Rendering:
        """Return the ids of a finished dialogue. Loss falls on the turns of `role`."""
        turns = list(messages) if role == "assistant" else flipped(messages)
        ids = self.system_turn(system, tools)
        mask = [False] * len(ids)
        is_open = True
        for is_spoken, group in groupby(turns, key=lambda turn: turn.role == "assistant"):
            if not is_spoken:
                added = self._heard(list(group))
                added = added if is_open else [*self.template.repair(is_ended=True), *added]
                ids += added
                mask += [False] * len(added)
                is_open = True
                continue
            for turn in group:
                between = [] if is_open else self.template.repair(is_ended=True)
                cue, spoken = self.template.cue(), self.template.spoken(turn)
                ids += [*between, *cue, *spoken]
                mask += [False] * (len(between) + len(cue)) + [True] * len(spoken)
                is_open = False
        return Rendering(token_ids=ids, loss_mask=mask)

    def _heard(self, messages: Sequence[Message]) -> list[int]:
        for message in messages:
            if message.role not in ("user", "tool"):
                raise InvalidRequestError(f"a {message.role} message cannot extend a context")
        return self.template.heard(messages)


def flipped(messages: Sequence[Message]) -> list[Message]:
    """Return the dialogue as the user lives it: he speaks, the agent's words are heard.

    The agent's own calls and their results are not seen by the user and are left out.
    """
    turns: list[Message] = []
    for message in messages:
        if message.role == "user":
            turns.append(message.model_copy(update={"role": "assistant"}))
        elif message.role == "assistant" and message.content:
            turns.append(Message(role="user", content=message.content))
        elif message.role == "tool" and message.requestor == "user":
            turns.append(message)
    return turns
