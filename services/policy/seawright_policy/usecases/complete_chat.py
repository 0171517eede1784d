"""Answer a whole chat at once: every turn so far is rendered, then one is sampled."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from seawright_policy.core.catalogue import Catalogue
from seawright_policy.core.ports import Engine
from seawright_policy.core.turns import Finish, OnToken, TurnOrder, check, session_of
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling

NUM_FIRST = 64
"""Tokens after the system turn by which a chat is known again when its next turn comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The sampled turn."""

    message: Message
    finish: Finish
    version: int
    num_prompt_tokens: int
    num_sampled_tokens: int


@dataclass(frozen=True, slots=True)
class CompleteChat:
    """The stateless sibling of `GenerateTurn`."""

    catalogue: Catalogue
    engine: Engine

    async def __call__(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema],
        sampling: Sampling,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Return the next assistant turn after `messages`."""
        check(sampling)
        serving = self.catalogue.get(model)
        version = serving.version(None)
        system, turns = _split(messages)
        renderer = serving.renderer
        rendering = renderer.render(system, tools, turns)
        is_spoken_last = bool(turns) and turns[-1].role == "assistant"
        if is_spoken_last:
            raise InvalidRequestError("the last message is the assistant's: nothing to answer")
        token_ids = [*rendering.token_ids, *renderer.template.cue()]
        cuts = [len(renderer.system_turn(system, tools)), *_turn_ends(rendering.loss_mask)]
        turn = await self.engine.sample(
            TurnOrder(
                model=model,
                version=version,
                token_ids=token_ids,
                cuts=cuts,
                sampling=sampling,
                end_id=renderer.template.end_id,
                num_tokens=renderer.template.num_tokens,
                session=session_of(token_ids[: cuts[0] + NUM_FIRST], seed=0),
            ),
            on_token,
        )
        num_calls = sum(len(message.tool_calls or ()) for message in turns)
        return Answer(
            message=renderer.template.parse(turn.token_ids, num_calls),
            finish=turn.finish,
            version=version,
            num_prompt_tokens=len(token_ids),
            num_sampled_tokens=len(turn.token_ids),
        )

    def text_of(self, model: str, token_ids: Sequence[int]) -> str:
        """Return the spoken text of a turn sampled so far, its calls left out."""
        template = self.catalogue.get(model).renderer.template
        return template.content(token_ids)


def _split(messages: Sequence[Message]) -> tuple[str, list[Message]]:
    """Return the system text and the turns; later system messages cannot be rendered."""
    is_led = messages[0].role == "system"
    turns = list(messages[1:] if is_led else messages)
    if any(turn.role == "system" for turn in turns):
        raise InvalidRequestError("only the first message may be the system's")
    return (messages[0].content or "") if is_led else "", turns


def _turn_ends(loss_mask: Sequence[bool]) -> list[int]:
    """Return where the cache of earlier sampled turns would end: before their last token."""
    ends: list[int] = []
    at = 0
    for is_spoken, group in groupby(loss_mask):
        at += len(list(group))
        if is_spoken:
            ends.append(at - 1)
    return ends[-1:]
