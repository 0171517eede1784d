"""Rows for the optimizer: one dialogue a row, rows of like length together."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from seawright_console.tiny_base.material import first_lesson, lesson, rendered
from seawright_policy.wiring import Renderer, Rendering

LONGEST = 3072
POOL_TOKENS = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Inputs, next tokens, and which of those the assistant says, all B x T.

    `num_tokens` leaves padding out.
    """

    inputs: Tensor
    targets: Tensor
    is_said: Tensor
    num_tokens: int


class Batcher:
    """Draws batches of about `batch_tokens` tokens for a moment of the training."""

    def __init__(self, renderer: Renderer, random: Random, batch_tokens: int) -> None:
        self._renderer = renderer
        self._random = random
        self._batch_tokens = batch_tokens
        self._ready: list[list[Rendering]] = []

    def echoes(self) -> Batch:
        """Return a batch of the first lesson."""
        rows: list[Rendering] = []
        while sum(len(row.token_ids) for row in rows) < self._batch_tokens * 0.8:
            rows.append(rendered(self._renderer, first_lesson(self._random)))
        return stacked(rows)

    def draw(self, progress: float) -> Batch:
        """Return the next batch of the lessons after the first."""
        if not self._ready:
            self._ready = self._sorted(progress)
        return stacked(self._ready.pop())

    def _sorted(self, progress: float) -> list[list[Rendering]]:
        pool: list[Rendering] = []
        while sum(len(one.token_ids) for one in pool[-400:]) < POOL_TOKENS and len(pool) < 400:
            one = rendered(self._renderer, lesson(self._random, progress))
            if len(one.token_ids) <= LONGEST:
                pool.append(one)
        pool.sort(key=lambda one: len(one.token_ids))
        batches: list[list[Rendering]] = [[]]
        for one in pool:
            if batches[-1] and len(one.token_ids) * (len(batches[-1]) + 1) > self._batch_tokens:
                batches.append([])
            batches[-1].append(one)
        self._random.shuffle(batches)
        return batches


def stacked(rows: Sequence[Rendering]) -> Batch:
    """Return rows as padded tensors; only what the assistant says carries loss."""
    width = max(len(row.token_ids) for row in rows) - 1
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.zeros(len(rows), width, dtype=torch.long)
    is_said = torch.zeros(len(rows), width, dtype=torch.bool)
    for number, row in enumerate(rows):
        length = len(row.token_ids) - 1
        inputs[number, :length] = torch.tensor(row.token_ids[:-1])
        targets[number, :length] = torch.tensor(row.token_ids[1:])
        is_said[number, :length] = torch.tensor(row.loss_mask[1:])
    num_tokens = sum(len(row.token_ids) for row in rows)
    return Batch(inputs=inputs, targets=targets, is_said=is_said, num_tokens=num_tokens)
