"""Packed rows: where segments begin, and which positions predict which targets.

T = tokens of the row, N = its loss tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawright_trainer.core.sequences import Normalization, StepSequences


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Tokens start to end (excluded) of a row are one sequence."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRow:
    """One micro-batch. The hidden state at `source_N` predicts `targets_N`."""

    token_ids_T: NDArray[np.int64]
    positions_T: NDArray[np.int64]
    segments: tuple[Segment, ...]
    source_N: NDArray[np.int64]
    targets_N: NDArray[np.int64]
    behaviour_N: NDArray[np.float32]
    advantages_N: NDArray[np.float32]
    temperatures_N: NDArray[np.float32]
    weights_N: NDArray[np.float32]
    """Of each token in the loss's sum."""
    sequences_N: NDArray[np.int64]
    """Which segment a token belongs to, among those that carry loss, counted from 0."""
    ages_N: NDArray[np.int64]
    """Versions between each token's policy and the trained one; 0 where it was not sampled."""
    routes_TLK: NDArray[np.int64] | None = None
    """The experts that each token met when it was sampled; see `router_replay`."""

    @property
    def is_dummy(self) -> bool:
        """Whether the row only keeps its rank in step."""
        return len(self.targets_N) == 0


def pack_row(
    step: StepSequences, indices: Sequence[int], normalization: Normalization = "tokens"
) -> PackedRow:
    """Lay the chosen sequences end to end; none chosen gives a one-token row without loss."""
    if not indices:
        return _dummy_row()
    spans = [np.arange(step.offsets[index], step.offsets[index + 1]) for index in indices]
    lengths = [len(span) for span in spans]
    taken = np.concatenate(spans)
    owner = np.repeat(np.array(indices), lengths)
    place = np.repeat(np.arange(len(indices)), lengths)
    ends = np.cumsum(lengths)
    loss_at = np.flatnonzero(step.counted[taken])
    token_ids = step.token_ids[taken].astype(np.int64)
    return PackedRow(
        token_ids_T=token_ids,
        positions_T=np.concatenate([np.arange(length) for length in lengths]),
        segments=tuple(
            Segment(start=int(end - length), end=int(end))
            for end, length in zip(ends, lengths, strict=True)
        ),
        source_N=loss_at - 1,
        targets_N=token_ids[loss_at],
        behaviour_N=step.behaviour[taken][loss_at],
        advantages_N=step.advantages[owner][loss_at],
        temperatures_N=step.temperatures[owner][loss_at],
        weights_N=step.token_weights(normalization)[owner][loss_at],
        sequences_N=np.unique(place[loss_at], return_inverse=True)[1].astype(np.int64),
        ages_N=np.zeros(len(loss_at), np.int64) if step.ages is None else step.ages[owner][loss_at],
        routes_TLK=None if step.routes is None else step.routes[taken].astype(np.int64),
    )


def _dummy_row() -> PackedRow:
    nothing = np.zeros(0, np.int64)
    empty = np.zeros(0, np.float32)
    return PackedRow(
        token_ids_T=np.zeros(1, np.int64),
        positions_T=np.zeros(1, np.int64),
        segments=(Segment(start=0, end=1),),
        source_N=nothing,
        targets_N=nothing,
        behaviour_N=empty,
        advantages_N=empty,
        temperatures_N=empty,
        weights_N=empty,
        sequences_N=nothing,
        ages_N=nothing,
    )
