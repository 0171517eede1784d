import pytest

from seawright_shared.records.rollouts import GroupMember, RolloutGroup
from seawright_shared.records.specs import AlgorithmSpec
from seawright_shared.records.trajectories import StopReason
from seawright_trainer.core.filtering import reward_metrics


def group(sequence: int, *rewards: float | None) -> RolloutGroup:
    members = [
        GroupMember(episode_id=f"{sequence}_{n}", reward=reward, stop_reason=StopReason.USER_STOP)
        for n, reward in enumerate(rewards)
    ]
    return RolloutGroup(
        id=f"g{sequence}", stream_id="s", sequence=sequence, task_id="t", members=members
    )


def test_groups_that_teach_nothing_count_in_the_mean_reward():
    groups = [group(1, 1.0, 1.0, 1.0, 1.0), group(2, 0.0, 1.0), group(3, 0.0, 0.0)]
    found = reward_metrics(groups, AlgorithmSpec())
    assert found["reward_mean"] == pytest.approx(5 / 8)
    assert found["zero_variance_share"] == pytest.approx(2 / 3)
    assert found["groups"] == 3


def test_a_fault_is_not_counted_as_a_reward_of_zero():
    assert reward_metrics([group(1, 1.0, None, None)], AlgorithmSpec())["reward_mean"] == 1.0


def test_without_rewards_nothing_is_said():
    assert reward_metrics([group(1, None, None)], AlgorithmSpec()) == {}
