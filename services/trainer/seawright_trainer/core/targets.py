"""What of a dialogue is learned at once: all of its turns, or each turn by itself."""

from dataclasses import replace
from typing import Literal

import numpy as np

from seawright_trainer.core.sequences import WeightedSequence

Targets = Literal["dialogue", "turns"]
"""`TrainingSpec.targets`."""


def split_targets(sequence: WeightedSequence, targets: Targets) -> list[WeightedSequence]:
    """Return the sequence, or one per turn that carries loss.

    A turn's sequence ends with the turn, after everything that was said before; earlier turns
    are its context and carry no loss. Each loss token is in exactly one of them.
    """
    if targets == "dialogue":
        return [sequence]
    mask = sequence.loss_mask.astype(np.int8)
    edges = np.diff(np.concatenate([[0], mask, [0]]))
    parts: list[WeightedSequence] = []
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        part = replace(
            sequence,
            token_ids=sequence.token_ids[:end],
            loss_mask=np.arange(end) >= start,
            behaviour=sequence.behaviour[:end],
            routes=None if sequence.routes is None else sequence.routes[:end],
        )
        parts.append(part)
    return parts
