"""Exchanging sequences between micro-batches until ranks hardly wait for each other.

A step lasts as long as its dearest micro-batch. So, again and again, the dearest one of a step
gives a sequence away, or exchanges it for a cheaper one, with any micro-batch of any step that
has room: of its own step below the level, of another step up to that step's level.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXCHANGES_PER_SEQUENCE = 4
"""At most, over a whole plan: it bounds the time, the same on every rank."""
GOOD_ENOUGH = 2e-3
"""Share of a step's level over its mean that is not worth another exchange."""

EXACT = 2.0**50
"""What all costs together are made, in whole numbers; half a float's own precision."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def exchanged(
    bins: Sequence[Sequence[int]],
    *,
    costs: Sequence[float],
    lengths: Sequence[int],
    token_budget: int,
    num_ranks: int,
) -> list[list[int]]:
    """Return bins, `num_ranks` of each step in a row, whose steps together are no dearer.

    No step becomes dearer, and no bin goes over the token budget.
    """
    if num_ranks == 1 or not costs:
        return [list(held) for held in bins]
    # Whole numbers whose sums are exact: every rank comes to the same plan, whatever its CPU.
    whole = np.rint(np.asarray(costs, np.float64) * (EXACT / math.fsum(costs)))
    held_by = np.zeros(len(costs), np.int64)
    for place, held in enumerate(bins):
        held_by[list(held)] = place
    board = _Board(
        costs=whole,
        lengths=np.asarray(lengths, np.int64),
        token_budget=token_budget,
        num_ranks=num_ranks,
        held_by=held_by,
        bin_costs=np.array([sum(whole[list(held)]) for held in bins], np.float64),
        bin_tokens=np.array([sum(lengths[i] for i in held) for held in bins], np.int64),
    )
    for _ in range(EXCHANGES_PER_SEQUENCE * len(costs)):
        if not board.improve():
            break
    return [[int(i) for i in np.flatnonzero(board.held_by == b)] for b in range(len(bins))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Board:
    """Where each sequence lies, and what each bin holds; arrays change in place."""

    costs: Floats
    lengths: Integers
    token_budget: int
    num_ranks: int
    held_by: Integers
    bin_costs: Floats
    bin_tokens: Integers

    def improve(self) -> bool:
        """Make the best exchange of the step whose ranks wait most; return whether there is one."""
        by_step = self.bin_costs.reshape(-1, self.num_ranks)
        levels, means = by_step.max(1), by_step.mean(1)
        for step in np.argsort(means - levels, kind="stable"):
            if levels[step] - means[step] <= GOOD_ENOUGH * levels[step]:
                return False
            giver = int(step) * self.num_ranks + int(by_step[step].argmax())
            if self._give(giver, levels, float(means[step])):
                return True
        return False

    def _give(self, giver: int, levels: Floats, mean: float) -> bool:
        """Make the exchange that leaves least above the mean, and then least room elsewhere."""
        mine = np.flatnonzero(self.held_by == giver)
        others = np.flatnonzero(self.held_by != giver)
        places = np.delete(np.arange(len(self.bin_costs)), giver)
        # What is got in return: another sequence, or nothing of a bin that has room.
        takers = np.concatenate([self.held_by[others], places])
        returned = np.concatenate([self.costs[others], np.zeros(len(places))])
        tokens = np.concatenate([self.lengths[others], np.zeros(len(places), np.int64)])
        given = self.costs[mine][:, None] - returned
        moved = self.lengths[mine][:, None] - tokens
        after = self.bin_costs[takers] + given
        own = takers // self.num_ranks == giver // self.num_ranks
        ceiling = levels[takers // self.num_ranks]
        level = self.bin_costs[giver]
        least = GOOD_ENOUGH / 4 * level
        may = given > least
        may &= np.where(own, after < level - least, after <= ceiling)
        may &= self.bin_tokens[takers] + moved <= self.token_budget
        may &= self.bin_tokens[giver] - moved <= self.token_budget
        if not may.any():
            return False
        left = np.maximum(np.maximum(level - given, mean), np.where(own, after, 0.0))
        score = np.where(may, left + 1e-3 * (ceiling - after), np.inf)
        row, column = np.unravel_index(int(score.argmin()), score.shape)
        self._exchange(giver, int(mine[row]), others, int(column), int(takers[column]))
        return True

    def _exchange(
        self, giver: int, sequence: int, others: Integers, column: int, taker: int
    ) -> None:
        self._lay(sequence, giver, taker)
        if column < len(others):
            self._lay(int(others[column]), taker, giver)

    def _lay(self, sequence: int, giver: int, taker: int) -> None:
        self.held_by[sequence] = taker
        for place, sign in ((giver, -1), (taker, 1)):
            self.bin_costs[place] += sign * self.costs[sequence]
            self.bin_tokens[place] += sign * self.lengths[sequence]
