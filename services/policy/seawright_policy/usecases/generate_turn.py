"""Extend a context by messages and sample one assistant turn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from seawright_policy.core.catalogue import Catalogue, Serving
from seawright_policy.core.contexts import Context, empty_trace, extended, read_context
from seawright_policy.core.ports import Engine
from seawright_policy.core.turns import Finish, OnToken, TurnOrder, check, session_of
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What to continue: a context's bytes, what is new since, and how to draw."""

    model: str
    version: int | None
    context: bytes | None
    messages: list[Message]
    tools: list[ToolSchema]
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The sampled turn and the context after it."""

    context: Context
    message: Message
    finish: Finish
    version: int
    num_prompt_tokens: int
    num_sampled_tokens: int


@dataclass(frozen=True, slots=True)
class GenerateTurn:
    """Render what is new, sample, and append exactly what was sampled."""

    catalogue: Catalogue
    engine: Engine
    count_break: Callable[[], None] = lambda: None
    """Called whenever a context could not be extended and a new sample was begun."""

    async def __call__(self, prompt: Prompt, on_token: OnToken | None = None) -> Generated:
        """Return the turn. A prompt that leaves no room gives an empty turn, `context_full`."""
        check(prompt.sampling)
        serving = self.catalogue.get(prompt.model)
        version = serving.version(prompt.version)
        before, heard = self._prepare(serving, prompt)
        token_ids = [*before.trace.token_ids.tolist(), *heard]
        template = serving.renderer.template
        order = TurnOrder(
            model=prompt.model,
            version=version,
            token_ids=token_ids,
            cuts=sorted({before.opening, before.cached}),
            sampling=prompt.sampling,
            end_id=template.end_id,
            num_tokens=template.num_tokens,
            session=before.session,
        )
        turn = await self.engine.sample(order, on_token)
        message = template.parse(turn.token_ids, before.num_calls)
        heat = prompt.sampling.temperature or 1.0
        after = extended(before.trace, heard, turn, heat)
        return Generated(
            context=replace(
                before,
                trace=after,
                cached=max(len(after) - 1, before.opening),
                num_calls=before.num_calls + len(message.tool_calls or ()),
                is_ended=turn.token_ids[-1:] == [template.end_id],
            ),
            message=message,
            finish=turn.finish,
            version=turn.versions[-1] if turn.versions else version,
            num_prompt_tokens=len(token_ids),
            num_sampled_tokens=len(turn.token_ids),
        )

    def _prepare(self, serving: Serving, prompt: Prompt) -> tuple[Context, list[int]]:
        """Return the context before the turn and the ids that the messages add to it.

        Where the template writes earlier turns anew, the context is a new sample of its trajectory.
        """
        renderer = serving.renderer
        if prompt.context is None:
            heard = renderer.opening(prompt.messages, prompt.tools)
            opening = renderer.opening_length(prompt.messages, prompt.tools)
            fresh = Context(
                trace=empty_trace(prompt.model, prompt.sampling.temperature or 1.0),
                opening=opening,
                cached=opening,
                num_calls=0,
                is_ended=True,
                session=session_of(heard, prompt.sampling.seed),
            )
            return fresh, heard
        before = read_context(
            prompt.context, model=prompt.model, num_tokens=renderer.template.num_tokens
        )
        if any(message.role == "user" for message in prompt.messages):
            written: list[int] = before.trace.token_ids.tolist()
            anew = renderer.template.rewritten(written)
            if anew != written:
                before = before.rewritten(anew)
                self.count_break()
        return before, renderer.extension(prompt.messages, is_ended=before.is_ended)
