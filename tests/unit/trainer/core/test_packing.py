"""Laws of packing: nothing lost, nothing over budget, ranks in step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.errors import InvalidRequestError
from seawright_trainer.core.packing import (
    CostModel,
    lock_step_efficiency,
    pack,
    transformer_cost,
)

COST = CostModel(linear=3.0, quadratic=0.01)
BUDGET = 100
LENGTHS = st.lists(st.integers(1, BUDGET), max_size=60)


@given(lengths=LENGTHS, num_ranks=st.integers(1, 5))
def test_every_sequence_is_packed_once_within_budget_and_ranks_stay_in_step(
    lengths: list[int], num_ranks: int
):
    plan = pack(lengths, token_budget=BUDGET, num_ranks=num_ranks, cost=COST)
    held = [index for rank in plan.micro_batches for bin_ in rank for index in bin_]
    assert sorted(held) == list(range(len(lengths)))
    assert all(
        sum(lengths[index] for index in bin_) <= BUDGET
        for rank in plan.micro_batches
        for bin_ in rank
    )
    assert {len(rank) for rank in plan.micro_batches} == {plan.num_micro_batches}
    assert len(plan.micro_batches) == num_ranks


@given(lengths=LENGTHS, num_ranks=st.integers(1, 5))
def test_the_same_lengths_give_every_rank_the_same_plan(lengths: list[int], num_ranks: int):
    first = pack(lengths, token_budget=BUDGET, num_ranks=num_ranks, cost=COST)
    assert first == pack(list(lengths), token_budget=BUDGET, num_ranks=num_ranks, cost=COST)


def test_a_sequence_over_the_budget_is_refused_by_name():
    with pytest.raises(InvalidRequestError, match=r"101 tokens .* budget of 100"):
        pack([5, 101], token_budget=BUDGET, num_ranks=1, cost=COST)


def test_no_sequences_give_one_dummy_per_rank():
    plan = pack([], token_budget=BUDGET, num_ranks=3, cost=COST)
    assert plan.micro_batches == (((),), ((),), ((),))
    assert lock_step_efficiency(plan, [], COST) == 1.0


def test_ranks_wait_for_each_other_less_than_a_fiftieth_of_the_time():
    generator = np.random.default_rng(0)
    lengths = [int(n) for n in np.clip(generator.lognormal(8.9, 0.6, 512), 500, 32_768)]
    cost = transformer_cost(
        num_parameters=3_000_000_000, num_layers=48, num_heads=32, head_size=128
    )
    plan = pack(lengths, token_budget=65_536, num_ranks=8, cost=cost)
    assert lock_step_efficiency(plan, lengths, cost) >= 0.98
