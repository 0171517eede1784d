"""What an engine is asked for and what it gives: one sampled turn, token by token."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from seawright_shared.records.trajectories import Sampling

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
