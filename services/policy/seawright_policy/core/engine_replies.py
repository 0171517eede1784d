"""What a foreign engine answered, checked before it becomes a turn that may be trained on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from seawright_policy.core.turns import Finish, SampledTurn, TurnOrder
from seawright_shared.errors import UnavailableError

SLACK = 1e-3
"""Rounding may put the log-prob of a certain token above 0."""
FLOOR = -9000.0
"""Engines write -9999 for a log-prob that is minus infinity or no number."""


class OldWeightsError(UnavailableError):
    """The engine sampled with weights that were not published to it, as after a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Tokens `[start, end)` were sampled with the weights that this label names."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReply:
    """One turn as the engine tells it, nothing checked but the JSON types."""

    token_ids: Sequence[int]
    logprob_ids: Sequence[int]
    logprobs: Sequence[float]
    finish: str | None
    spans: Sequence[Span]


def checked(
    order: TurnOrder, reply: EngineReply, context_length: int, labels: Mapping[str, int]
) -> SampledTurn:
    """Return the turn, or raise what is wrong with it. `labels` names the known versions."""
    token_ids = list(reply.token_ids)
    _check_tokens(order, token_ids, reply)
    _check_logprobs(token_ids, reply)
    return SampledTurn(
        token_ids=token_ids,
        logprobs=[min(one, 0.0) for one in reply.logprobs],
        versions=_versions(len(token_ids), reply.spans, labels),
        finish=_finish(order, reply, context_length),
    )


def _check_tokens(order: TurnOrder, token_ids: list[int], reply: EngineReply) -> None:
    if not token_ids:
        _refuse("no token")
    if len(token_ids) > order.sampling.max_tokens:
        _refuse(f"{len(token_ids)} tokens where at most {order.sampling.max_tokens} were asked for")
    size = order.num_tokens
    outside = [one for one in token_ids if one < 0 or (size is not None and one >= size)]
    if outside:
        _refuse(f"token {outside[0]}, outside the vocabulary of {size}")
    if order.end_id in token_ids[:-1]:
        _refuse("tokens after the end of the turn")
    if token_ids[-1] == order.end_id and reply.finish != "stop":
        _refuse(f"an ended turn that finished by {reply.finish!r}")


def _check_logprobs(token_ids: list[int], reply: EngineReply) -> None:
    if len(reply.logprobs) != len(token_ids):
        _refuse(f"{len(reply.logprobs)} log-probs for {len(token_ids)} tokens")
    if list(reply.logprob_ids) != token_ids:
        _refuse("log-probs of other tokens than the sampled ones")
    wrong = [one for one in reply.logprobs if not math.isfinite(one) or not FLOOR < one <= SLACK]
    if wrong:
        _refuse(f"the log-prob {wrong[0]}")


def _finish(order: TurnOrder, reply: EngineReply, context_length: int) -> Finish:
    if reply.finish == "stop":
        return "stop"
    if reply.finish != "length":
        _refuse(f"a turn that finished by {reply.finish!r}")
    is_full = len(order.token_ids) + len(reply.token_ids) >= context_length
    return "context_full" if is_full else "length"


def _versions(num_tokens: int, spans: Sequence[Span], labels: Mapping[str, int]) -> list[int]:
    versions: list[int] = []
    for span in spans:
        if span.start != len(versions) or not span.start <= span.end <= num_tokens:
            _refuse("weight versions that do not follow each other")
        if span.label not in labels:
            raise OldWeightsError(f"the engine sampled with weights {span.label!r}")
        versions += [labels[span.label]] * (span.end - span.start)
    if len(versions) != num_tokens:
        _refuse(f"weight versions for {len(versions)} of {num_tokens} tokens")
    return versions


def _refuse(what: str) -> NoReturn:
    raise UnavailableError(f"the engine's reply was refused: it holds {what}")
