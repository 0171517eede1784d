"""Extend a context by messages and sample one assistant turn."""

from dataclasses import dataclass

from seawright_policy.core.catalogue import Catalogue, Serving
from seawright_policy.core.contexts import Context, empty_trace, extended, read_context
from seawright_policy.core.ports import Engine
from seawright_policy.core.turns import Finish, OnToken, SampledTurn, TurnOrder, check
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

    async def __call__(self, prompt: Prompt, on_token: OnToken | None = None) -> Generated:
        """Return the turn. A prompt that leaves no room gives an empty turn, `context_full`."""
        check(prompt.sampling)
        serving = self.catalogue.get(prompt.model)
        version = serving.version(prompt.version)
        before, heard, opening = _prepare(serving, prompt)
        token_ids = [*(before.trace.token_ids.tolist() if before else []), *heard]
        template = serving.renderer.template
        order = TurnOrder(
            model=prompt.model,
            version=version,
            token_ids=token_ids,
            cuts=[opening, before.cached] if before else [opening],
            sampling=prompt.sampling,
            end_id=template.end_id,
        )
        turn = await self.engine.sample(order, on_token)
        num_calls = before.num_calls if before else 0
        message = template.parse(turn.token_ids, num_calls)
        return Generated(
            context=_after(prompt, before, heard, opening, turn, message),
            message=message,
            finish=turn.finish,
            version=version,
            num_prompt_tokens=len(token_ids),
            num_sampled_tokens=len(turn.token_ids),
        )


def _prepare(serving: Serving, prompt: Prompt) -> tuple[Context | None, list[int], int]:
    renderer = serving.renderer
    if prompt.context is None:
        heard = renderer.opening(prompt.messages, prompt.tools)
        return None, heard, renderer.opening_length(prompt.messages, prompt.tools)
    before = read_context(
        prompt.context, model=prompt.model, num_tokens=renderer.template.num_tokens
    )
    heard = renderer.extension(prompt.messages, is_ended=before.is_ended)
    return before, heard, before.opening


def _after(
    prompt: Prompt,
    before: Context | None,
    heard: list[int],
    opening: int,
    turn: SampledTurn,
    message: Message,
) -> Context:
    heat = prompt.sampling.temperature or 1.0
    trace = before.trace if before else empty_trace(prompt.model, heat)
    after = extended(trace, heard, turn, heat)
    return Context(
        trace=after,
        opening=opening,
        cached=max(len(after) - 1, opening),
        num_calls=(before.num_calls if before else 0) + len(message.tool_calls or ()),
        is_ended=turn.finish == "stop",
    )
