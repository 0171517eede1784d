"""What an engine is asked for and what it gives: one sampled turn, token by token."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.trajectories import Sampling

MIN_TEMPERATURE = 0.01
"""Below it, logits divided by it leave float32's range; 0 itself means greedy."""

Finish = Literal["stop", "length", "context_full"]
OnToken = Callable[[int], None]
"""Hears each sampled id, in the event loop's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOrder:
    """Continue `token_ids` by one turn.

    `cuts` are prefix lengths that other contexts are likely to share or that an earlier turn
    ended at, ascending: an engine may keep and look for its cache there.
    """

    model: str
    version: int
    token_ids: list[int]
    cuts: list[int]
    sampling: Sampling
    end_id: int
    num_tokens: int | None = None
    """The size of the tokenizer's vocabulary: ids beyond it are no text. None: unknown."""
    session: str = ""
    """The same for all turns of a trajectory: where its cache is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledTurn:
    """The sampled ids with their log-probs; all three lists have one entry a token.

    Log-probs are of the whole distribution at the sampling temperature (1 where it is 0), before
    top-p cuts it: what a trainer computes again from the same logits.
    """

    token_ids: list[int]
    logprobs: list[float]
    versions: list[int]
    finish: Finish


def session_of(token_ids: Sequence[int], seed: int) -> str:
    """Return the name of a trajectory that begins with these ids."""
    tokens = np.asarray(token_ids, "<u4").tobytes()
    return hashlib.sha256(f"{seed}:".encode() + tokens).hexdigest()[:16]


def check(sampling: Sampling) -> None:
    """Raise unless the parameters can be drawn with; every wrong one is named."""
    heat, top_p = sampling.temperature, sampling.top_p
    rules = {
        "temperature": (heat == 0 or MIN_TEMPERATURE <= heat <= 100, "0, or from 0.01 to 100"),
        "top_p": (0 < top_p <= 1, "above 0 and at most 1"),
        "max_tokens": (sampling.max_tokens >= 1, "at least 1"),
        "seed": (abs(sampling.seed) < 1 << 64, "of at most 64 bits"),
    }
    errors = [
        FieldError(pointer=f"/sampling/{name}", code="out-of-range", detail=f"must be {wanted}")
        for name, (is_right, wanted) in rules.items()
        if not is_right
    ]
    if errors:
        named = ", ".join(f"{error.pointer} {error.detail}" for error in errors)
        raise InvalidRequestError(f"sampling is impossible: {named}", errors=errors)
