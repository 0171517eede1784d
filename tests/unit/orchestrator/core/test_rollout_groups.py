"""Laws of rollout groups: draws, and the control that carries no signal."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.rollout_groups import drawn_index, shuffled_rewards

REWARDS = st.lists(st.sampled_from([0.0, 1.0, None]), min_size=2, max_size=16)


@given(st.integers(1, 30), st.integers(0, 9), st.integers(0, 4))
def test_every_epoch_names_each_task_once(num_tasks: int, seed: int, epoch: int):
    draws = range(epoch * num_tasks, (epoch + 1) * num_tasks)
    drawn = [drawn_index(num_tasks, seed, one) for one in draws]
    assert sorted(drawn) == list(range(num_tasks))


def test_epochs_are_shuffled_anew():
    first = [drawn_index(20, 1, one) for one in range(20)]
    second = [drawn_index(20, 1, one) for one in range(20, 40)]
    assert first != second


@given(REWARDS, st.lists(st.sampled_from([0.0, 1.0]), max_size=20), st.integers(0, 99))
def test_a_fault_stays_without_a_reward_in_the_control(
    rewards: list[float | None], history: list[float], seed: int
):
    given_out = shuffled_rewards(rewards, history, random.Random(seed))
    assert [one is None for one in given_out] == [one is None for one in rewards]


@given(REWARDS, st.integers(0, 99))
def test_without_history_the_groups_own_rewards_change_hands(
    rewards: list[float | None], seed: int
):
    given_out = shuffled_rewards(rewards, [], random.Random(seed))
    key = str
    assert sorted(given_out, key=key) == sorted(rewards, key=key)


def test_control_rewards_are_independent_of_what_was_earned():
    rewards, history = [1.0] * 4 + [0.0] * 4, [1.0, 0.0, 0.0, 0.0]
    winners, losers = 0.0, 0.0
    for seed in range(2000):
        given_out = [one or 0.0 for one in shuffled_rewards(rewards, history, random.Random(seed))]
        winners += sum(given_out[:4]) / 4
        losers += sum(given_out[4:]) / 4
    assert winners / 2000 == pytest.approx(0.25, abs=0.02)
    assert losers / 2000 == pytest.approx(0.25, abs=0.02)
