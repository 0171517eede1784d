"""Laws of group-relative advantages (cases 1 and 3 of the trainer's edge cases)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_trainer.core.advantages import (
    ADVANTAGES,
    batch_std,
    group_mean,
    group_std,
    has_variance,
)

REWARDS = st.lists(st.sampled_from([0.0, 0.3, 0.7, 1.0]), min_size=2, max_size=32)


def test_equal_rewards_have_no_variance_however_their_deviation_rounds():
    rewards = np.full(7, np.float32(0.7), np.float64)
    assert np.full(7, 0.7, np.float32).std() > 0, "the trap: fp32 says they differ"
    assert not has_variance(rewards)
    assert not group_std(rewards, 1e-8).any()


def test_the_deviation_is_the_populations():
    advantages = group_std(np.array([1.0, 0.0, 0.0, 0.0]), 0.0)
    assert advantages == pytest.approx([3**0.5, *[-(3**-0.5)] * 3])


def test_without_the_deviation_only_the_mean_is_taken_off():
    assert group_mean(np.array([1.0, 0.0]), 1e-6) == pytest.approx([0.5, -0.5])


def test_relative_to_the_step_a_rollout_counts_as_often_as_it_has_loss_tokens():
    # By hand: mean (3 * 1 + 1 * 0) / 4 = 0.75; variance (3 * 0.0625 + 0.5625) / 4 = 0.1875.
    advantages = batch_std(np.array([1.0, 0.0]), np.array([3, 1]), 0.0)
    assert advantages == pytest.approx([0.25 / 0.1875**0.5, -0.75 / 0.1875**0.5])


@given(values=REWARDS, seed=st.integers(0, 99), scale=st.sampled_from([0.5, 10.0]))
def test_relative_to_the_step_neither_scale_nor_offset_of_rewards_matters(
    values: list[float], seed: int, scale: float
):
    rewards = np.array(values)
    tokens = np.random.default_rng(seed).integers(1, 100, len(values))
    advantages = batch_std(rewards, tokens, 0.0)
    assert (advantages * tokens).sum() == pytest.approx(0.0, abs=1e-7)
    scaled = batch_std((rewards - 0.5) * scale, tokens, 0.0)
    assert scaled == pytest.approx(advantages, abs=1e-6)


@pytest.mark.parametrize("name", sorted(ADVANTAGES.keys() - {"batch_std"}))
@given(values=REWARDS)
def test_advantages_sum_to_zero_and_keep_the_order_of_rewards(name: str, values: list[float]):
    rewards = np.array(values)
    advantages = ADVANTAGES[name](rewards, 1e-6)
    assert advantages.sum() == pytest.approx(0.0, abs=1e-9)
    better = rewards[:, None] > rewards[None, :]
    assert (advantages[:, None] > advantages[None, :])[better].all()
