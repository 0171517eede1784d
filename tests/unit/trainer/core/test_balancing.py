"""Laws of exchanging: nothing lost, nothing over budget, no step dearer than it was."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from seawright_trainer.core.balancing import exchanged

BUDGET = 100
LENGTHS = st.lists(st.integers(1, 60), max_size=40)


def first_fit(lengths: Sequence[int], num_bins: int, seed: int) -> list[list[int]]:
    """Return bins within budget, laid at random, or more of them where these do not do."""
    generator = random.Random(seed)
    bins: list[list[int]] = [[] for _ in range(num_bins)]
    for index, length in enumerate(lengths):
        fitting = [held for held in bins if sum(lengths[i] for i in held) + length <= BUDGET]
        if fitting:
            generator.choice(fitting).append(index)
        else:
            bins += [[index], *([] for _ in range(num_bins - 1))]
    return bins


def cost_of(length: int) -> float:
    return length + 0.05 * length * length


def levels(bins: list[list[int]], costs: list[float], num_ranks: int) -> list[float]:
    sums = [sum(costs[index] for index in held) for held in bins]
    return [max(sums[at : at + num_ranks]) for at in range(0, len(sums), num_ranks)]


@given(lengths=LENGTHS, num_ranks=st.integers(1, 4), seed=st.integers(0, 99))
def test_exchanging_loses_nothing_overfills_nothing_and_makes_no_step_dearer(
    lengths: list[int], num_ranks: int, seed: int
):
    costs = [cost_of(length) for length in lengths]
    before = first_fit(lengths, num_ranks, seed)
    after = exchanged(
        before, costs=costs, lengths=lengths, token_budget=BUDGET, num_ranks=num_ranks
    )
    assert sorted(i for held in after for i in held) == list(range(len(lengths)))
    assert len(after) == len(before)
    assert all(sum(lengths[i] for i in held) <= BUDGET for held in after)
    pairs = zip(levels(before, costs, num_ranks), levels(after, costs, num_ranks), strict=True)
    assert all(then >= now - 1e-6 for then, now in pairs)


def test_a_dear_bin_exchanges_with_another_step_that_has_room():
    costs = [6.0, 5.0, 9.0, 2.0, 1.0, 3.0]
    # Step one: 9 beside 2 + 1; step two: 6 + 3 beside 5. Seven and seven would do for step two.
    bins = [[2], [3, 4], [0, 5], [1]]
    after = exchanged(bins, costs=costs, lengths=[1] * 6, token_budget=9, num_ranks=2)
    assert levels(bins, costs, 2) == [9.0, 9.0]
    assert sum(levels(after, costs, 2)) <= 15.0
