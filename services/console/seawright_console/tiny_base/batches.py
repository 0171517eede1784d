"""Rows for the optimizer: packed at first, later one dialogue a row, sorted by length."""

from dataclasses import dataclass
from random import Random

import torch
from seawright_console.tiny_base.material import lesson, rendered
from seawright_policy.wiring import Renderer
from torch import Tensor

PACKED_UNTIL = 0.2
PACKED_LENGTH = 512
LONGEST = 3072


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Inputs, next tokens and their weights, all B x T; `num_tokens` leaves padding out."""

    inputs: Tensor
    targets: Tensor
    weights: Tensor
    num_tokens: int


class Batcher:
    """Draws batches of about `batch_tokens` tokens for a moment of the training."""

    def __init__(
        self, renderer: Renderer, random: Random, batch_tokens: int, heard_weight: float
    ) -> None:
        self._renderer = renderer
        self._random = random
        self._batch_tokens = batch_tokens
        self._heard_weight = heard_weight
        self._ready: list[list[tuple[list[int], list[float]]]] = []

    def draw(self, progress: float) -> Batch:
        """Return the next batch."""
        if progress < PACKED_UNTIL:
            return stacked(self._packed(progress))
        if not self._ready:
            self._ready = self._sorted(progress)
        return stacked(self._ready.pop())

    def _row(self, progress: float) -> tuple[list[int], list[float]]:
        one = rendered(self._renderer, lesson(self._random, progress))
        weights = [1.0 if spoken else self._heard_weight for spoken in one.loss_mask]
        return one.token_ids[:LONGEST], weights[:LONGEST]

    def _packed(self, progress: float) -> list[tuple[list[int], list[float]]]:
        ids: list[int] = []
        weights: list[float] = []
        num_rows = self._batch_tokens // PACKED_LENGTH
        while len(ids) < num_rows * PACKED_LENGTH:
            more, their = self._row(progress)
            ids += more
            weights += their
        cuts = range(0, num_rows * PACKED_LENGTH, PACKED_LENGTH)
        return [(ids[at : at + PACKED_LENGTH], weights[at : at + PACKED_LENGTH]) for at in cuts]

    def _sorted(self, progress: float) -> list[list[tuple[list[int], list[float]]]]:
        pool = sorted((self._row(progress) for _ in range(160)), key=lambda row: len(row[0]))
        batches: list[list[tuple[list[int], list[float]]]] = [[]]
        for row in pool:
            if batches[-1] and len(row[0]) * (len(batches[-1]) + 1) > self._batch_tokens:
                batches.append([])
            batches[-1].append(row)
        self._random.shuffle(batches)
        return batches


def stacked(rows: list[tuple[list[int], list[float]]]) -> Batch:
    """Return rows as padded tensors; the weight of a target is the weight of its token."""
    width = max(len(ids) for ids, _ in rows) - 1
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.zeros(len(rows), width, dtype=torch.long)
    weights = torch.zeros(len(rows), width)
    for number, (ids, weight) in enumerate(rows):
        inputs[number, : len(ids) - 1] = torch.tensor(ids[:-1])
        targets[number, : len(ids) - 1] = torch.tensor(ids[1:])
        weights[number, : len(ids) - 1] = torch.tensor(weight[1:])
    num_tokens = sum(len(ids) for ids, _ in rows)
    return Batch(inputs=inputs, targets=targets, weights=weights, num_tokens=num_tokens)
