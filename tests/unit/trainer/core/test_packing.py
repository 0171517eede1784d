"""Laws of packing: nothing lost, nothing over budget, ranks in step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.errors import InvalidRequestError
from seawright_trainer.core.packing import (
    CostModel,
    lock_step_bound,
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


@given(lengths=LENGTHS, num_ranks=st.integers(1, 5))
def test_no_plan_is_better_than_the_bound_or_worse_than_one_bin_after_the_other(
    lengths: list[int], num_ranks: int
):
    plan = pack(lengths, token_budget=BUDGET, num_ranks=num_ranks, cost=COST)
    found = lock_step_efficiency(plan, lengths, COST)
    bound = lock_step_bound(lengths, num_ranks, COST, token_budget=BUDGET)
    assert 1 / num_ranks - 1e-9 <= found <= bound + 1e-9
    assert bound <= lock_step_bound(lengths, num_ranks, COST)


def test_a_batch_too_small_for_its_ranks_is_bound_by_its_dearest_sequence():
    assert lock_step_bound([10, 10], 4, COST) == pytest.approx(0.5)
    assert lock_step_bound([10] * 8, 4, COST) == 1.0
    assert lock_step_bound([], 4, COST) == 1.0


def test_a_step_with_a_dear_sequence_is_filled_to_its_cost_on_the_other_ranks():
    cost = CostModel(linear=1.0, quadratic=0.0)
    lengths = [90, 45, 45, 30, 30, 30, 30]
    plan = pack(lengths, token_budget=100, num_ranks=2, cost=cost)
    steps = list(zip(*plan.micro_batches, strict=True))
    loads = [[sum(lengths[index] for index in held) for held in step] for step in steps]
    assert loads == [[90, 90], [60, 60]]


MODEL_COST = transformer_cost(
    num_parameters=3_000_000_000, num_layers=48, num_heads=32, head_size=128
)


def length_mix(seed: int) -> list[int]:
    generator = np.random.default_rng(seed)
    return [int(n) for n in np.clip(generator.lognormal(8.9, 0.6, 512), 500, 32_768)]


def test_a_budget_that_the_longest_sequence_fills_bounds_what_can_be_balanced():
    lengths = length_mix(0)
    bound = lock_step_bound(lengths, 64, MODEL_COST, token_budget=32_768)
    plan = pack(lengths, token_budget=32_768, num_ranks=64, cost=MODEL_COST)
    found = lock_step_efficiency(plan, lengths, MODEL_COST)
    assert bound < 0.85
    assert bound - 0.02 <= found <= bound


@pytest.mark.parametrize("num_ranks", [8, 16, 32, 64])
@pytest.mark.parametrize("seed", range(6))
def test_ranks_wait_for_each_other_less_than_a_fiftieth_of_the_time(num_ranks: int, seed: int):
    lengths = length_mix(seed)
    plan = pack(lengths, token_budget=65_536, num_ranks=num_ranks, cost=MODEL_COST)
    assert lock_step_bound(lengths, num_ranks, MODEL_COST, token_budget=65_536) == 1.0
    assert lock_step_efficiency(plan, lengths, MODEL_COST) >= 0.98
