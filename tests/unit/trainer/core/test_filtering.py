"""Laws of judging and weighing rollout groups (edge cases 2, 3, 4, 13 and 15)."""

import pytest
from pydantic import ValidationError

from seawright_shared.records.rollouts import GroupMember, RolloutGroup
from seawright_shared.records.specs import AlgorithmSpec, BatchSpec
from seawright_shared.records.trajectories import StopReason
from seawright_trainer.core.filtering import (
    judge_age,
    judge_arrival,
    reward_metrics,
    valid_members,
    weigh_group,
    weigh_step,
)

ALGORITHM = AlgorithmSpec()


def member(
    episode: str,
    reward: float | None,
    *,
    stop: StopReason = StopReason.USER_STOP,
    versions: tuple[int, int] = (0, 0),
    num_tokens: int = 10,
) -> GroupMember:
    return GroupMember(
        episode_id=episode,
        reward=reward,
        trace=f"sha256:{episode}",
        num_tokens=num_tokens,
        num_loss_tokens=4,
        min_version=versions[0],
        max_version=versions[1],
        stop_reason=stop,
    )


def group(*members: GroupMember) -> RolloutGroup:
    return RolloutGroup(id="g", stream_id="s", sequence=1, task_id="t", members=list(members))


@pytest.mark.parametrize("field", ["group_size", "min_valid_members"])
def test_groups_of_one_are_refused_before_anything_is_played(field: str):
    kind = BatchSpec if field == "group_size" else AlgorithmSpec
    with pytest.raises(ValidationError, match=field):
        kind.model_validate({field: 1})


def test_a_group_reduced_to_one_valid_member_is_dropped():
    reduced = group(member("a", 1.0), member("b", None), member("c", None))
    assert judge_arrival(reduced, ALGORITHM) == "too_few_valid"


@pytest.mark.parametrize("stop", [StopReason.INFRASTRUCTURE, StopReason.USER_ERROR])
def test_a_fault_never_becomes_a_reward_even_where_it_carries_one(stop: StopReason):
    faulty = group(member("a", 1.0), member("b", 1.0), member("c", 0.0, stop=stop))
    assert judge_arrival(faulty, ALGORITHM) == "zero_variance"
    assert [m.episode_id for m in valid_members(faulty)] == ["a", "b"]


def test_mean_and_deviation_are_over_the_valid_members_only():
    partial = group(member("a", 1.0), member("b", 0.0), member("c", None))
    weighed = weigh_group(partial, ALGORITHM, max_length=100)
    assert [m.advantage for m in weighed.members] == pytest.approx([1.0, -1.0], abs=1e-5)
    assert weighed.num_invalid == 1


@pytest.mark.parametrize("reward", [0.0, 1.0])
def test_a_group_of_equal_rewards_teaches_nothing(reward: float):
    assert judge_arrival(group(member("a", reward), member("b", reward)), ALGORITHM) == (
        "zero_variance"
    )


def test_a_truncated_rollout_is_scored_as_the_verifier_scored_it():
    cut = group(member("a", 1.0), member("b", 0.0, stop=StopReason.CONTEXT_FULL))
    weighed = weigh_group(cut, ALGORITHM, max_length=100)
    assert weighed.members[1].advantage == pytest.approx(-1.0, abs=1e-5)


def test_a_rollout_longer_than_the_limit_counts_in_the_mean_but_carries_no_loss():
    long = group(member("a", 1.0), member("b", 0.0, num_tokens=101))
    weighed = weigh_group(long, ALGORITHM, max_length=100)
    assert [m.episode_id for m in weighed.members] == ["a"]
    assert weighed.members[0].advantage == pytest.approx(1.0, abs=1e-5)
    assert weighed.num_too_long == 1


def test_staleness_is_that_of_the_oldest_token():
    mixed = group(member("a", 1.0, versions=(3, 6)), member("b", 0.0, versions=(6, 6)))
    assert judge_age(mixed, version=5 + 1, max_staleness=2) == "stale"
    assert judge_age(mixed, version=6, max_staleness=3) == "useful"


def test_a_version_from_the_future_is_refused():
    early = group(member("a", 1.0, versions=(2, 9)), member("b", 0.0))
    assert judge_age(early, version=8, max_staleness=100) == "from_the_future"


def test_a_member_delivered_twice_counts_once():
    doubled = group(member("a", 1.0), member("a", 1.0), member("b", 0.0))
    weighed = weigh_group(doubled, ALGORITHM, max_length=100)
    assert [m.episode_id for m in weighed.members] == ["a", "b"]
    assert weighed.members[0].advantage == pytest.approx(1.0, abs=1e-5)


def cut_off() -> RolloutGroup:
    return group(member("a", 1.0), member("b", 0.0), member("c", 0.0, stop=StopReason.CONTEXT_FULL))


@pytest.mark.parametrize(
    ("truncated", "trained_on", "mean"),
    [("score", ["a", "b", "c"], 1 / 3), ("mask", ["a", "b"], 1 / 3), ("drop", ["a", "b"], 1 / 2)],
)
def test_a_rollout_that_was_cut_off_is_scored_masked_or_no_member(
    truncated: str, trained_on: list[str], mean: float
):
    algorithm = AlgorithmSpec.model_validate({"truncated": truncated})
    weighed = weigh_group(cut_off(), algorithm, max_length=100)
    assert [one.episode_id for one in weighed.members] == trained_on
    assert weighed.mean_reward == pytest.approx(mean)


def test_dropping_what_was_cut_off_may_leave_a_group_without_variance():
    flat = group(member("a", 1.0), member("b", 1.0), member("c", 0.0, stop=StopReason.MAX_TURNS))
    assert judge_arrival(flat, ALGORITHM) == "useful"
    dropping = AlgorithmSpec(truncated="drop")
    assert judge_arrival(flat, dropping) == "zero_variance"


def test_the_share_that_was_cut_off_is_told():
    assert reward_metrics([cut_off()], ALGORITHM)["truncated_share"] == pytest.approx(1 / 3)


AREAL = AlgorithmSpec(preset="areal-public")


def named(group_id: str, *members: GroupMember) -> RolloutGroup:
    return group(*members).model_copy(update={"id": group_id})


def test_the_public_recipe_keeps_groups_that_all_failed_and_drops_solved_ones():
    failed = named("f", member("a", 0.0), member("b", 0.0))
    solved = named("s", member("c", 1.0), member("d", 1.0))
    assert judge_arrival(failed, AREAL) == "useful"
    assert judge_arrival(solved, AREAL) == "solved"
    assert judge_arrival(failed, ALGORITHM) == judge_arrival(solved, ALGORITHM) == "zero_variance"
    assert reward_metrics([failed, solved], AREAL)["zero_variance_share"] == 0.5


def test_the_public_recipe_weighs_a_rollout_against_the_whole_step():
    failed = named("f", member("a", 0.0), member("b", 0.0))
    mixed = named("m", member("c", 1.0), member("d", 0.0))
    weighed = weigh_step([failed, mixed], AREAL, max_length=100)
    # Equally many tokens each: mean 1/4, deviation sqrt(3)/4.
    low, high = -(3**-0.5), 3**0.5
    assert [m.advantage for m in weighed[0].members] == pytest.approx([low, low], abs=1e-4)
    assert [m.advantage for m in weighed[1].members] == pytest.approx([high, low], abs=1e-4)
    assert [m.episode_id for one in weighed for m in one.members] == ["a", "b", "c", "d"]


def test_relative_to_its_group_a_rollout_does_not_depend_on_other_groups():
    mixed = named("m", member("c", 1.0), member("d", 0.0))
    other = named("o", member("e", 1.0), member("f", 0.0), member("g", 0.0))
    together = weigh_step([mixed, other], ALGORITHM, max_length=100)
    assert together[0] == weigh_group(mixed, ALGORITHM, max_length=100)
