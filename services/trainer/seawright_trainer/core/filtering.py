"""Which rollout groups teach something, and what each member is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from seawright_shared.records.rollouts import GroupMember, RolloutGroup
from seawright_shared.records.specs import AlgorithmSpec
from seawright_shared.records.trajectories import StopReason
from seawright_trainer.core.advantages import ADVANTAGES, batch_std, has_variance

Judgement = Literal[
    "useful",
    "too_few_valid",
    "zero_variance",
    "solved",
    "no_tokens",
    "stale",
    "from_the_future",
    "duplicate",
]
"""What a group is good for; all but `useful` are dropped and counted."""

FAULTS = frozenset({StopReason.USER_ERROR, StopReason.INFRASTRUCTURE})
"""Endings that never become rewards, whatever the member says (promise 3)."""

FLAT = frozenset({"zero_variance", "solved"})
"""Judgements of groups that teach nothing: too many in a row end a run."""

SOLVED = 0.95
"""Mean reward above which `dropped_groups` "solved" drops a group."""

TRUNCATED = frozenset({StopReason.MAX_TURNS, StopReason.CONTEXT_FULL})
"""Endings that cut a rollout off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMember:
    """One trajectory to train on: its trace and its advantage, the same for every token."""

    episode_id: str
    trace: str
    advantage: float
    num_loss_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedGroup:
    """A group with its judgement; `members` is empty unless it is useful.

    `num_too_long` members kept their part in mean and deviation but carry no loss.
    """

    judgement: Judgement
    members: tuple[WeightedMember, ...] = ()
    num_invalid: int = 0
    num_too_long: int = 0
    mean_reward: float = 0.0


def valid_members(
    group: RolloutGroup, truncated: Literal["score", "mask", "drop"] = "score"
) -> list[GroupMember]:
    """Return members that ended in an outcome, each episode once, in order of arrival.

    With `truncated` "drop", what was cut off is no outcome.
    """
    excluded = FAULTS | TRUNCATED if truncated == "drop" else FAULTS
    seen: dict[str, GroupMember] = {}
    for member in group.members:
        if member.reward is not None and member.stop_reason not in excluded:
            seen.setdefault(member.episode_id, member)
    return list(seen.values())


def judge_arrival(group: RolloutGroup, algorithm: AlgorithmSpec) -> Judgement:
    """Judge what never changes while the group waits: enough valid members, and variance."""
    valid = valid_members(group, algorithm.truncated)
    if len(valid) < algorithm.min_valid_members:
        return "too_few_valid"
    rewards = np.array([member.reward for member in valid], np.float64)
    if algorithm.dropped_groups == "solved":
        return "solved" if rewards.mean() > SOLVED else "useful"
    return "useful" if has_variance(rewards) else "zero_variance"


def judge_age(group: RolloutGroup, *, version: int, max_staleness: int) -> Judgement:
    """Judge at consumption, by the oldest token of any valid member that has tokens."""
    sampled = [member for member in valid_members(group) if member.num_loss_tokens > 0]
    if any(member.max_version > version for member in sampled):
        return "from_the_future"
    oldest = min((member.min_version for member in sampled), default=version)
    return "stale" if version - oldest > max_staleness else "useful"


def reward_metrics(groups: Sequence[RolloutGroup], algorithm: AlgorithmSpec) -> dict[str, float]:
    """Return the mean reward over all valid members, those of groups without variance included.

    The mean over groups that are trained on alone would stay near one half whatever is learned.
    """
    rewards = [member.reward for group in groups for member in valid_members(group)]
    known = [reward for reward in rewards if reward is not None]
    if not known:
        return {}
    flat = [judge_arrival(group, algorithm) in FLAT for group in groups]
    cut = [one.stop_reason in TRUNCATED for group in groups for one in valid_members(group)]
    return {
        "truncated_share": sum(cut) / len(cut),
        "reward_mean": sum(known) / len(known),
        "groups": float(len(groups)),
        "zero_variance_share": sum(flat) / len(flat),
    }


def weigh_group(group: RolloutGroup, algorithm: AlgorithmSpec, *, max_length: int) -> WeighedGroup:
    """Give each valid member its advantage, over the valid members only."""
    judgement = judge_arrival(group, algorithm)
    valid = valid_members(group, algorithm.truncated)
    num_invalid = len(group.members) - len(valid)
    if judgement != "useful":
        return WeighedGroup(judgement=judgement, num_invalid=num_invalid)
    rewards = np.array([member.reward for member in valid], np.float64)
    advantages = ADVANTAGES[algorithm.advantage](rewards, algorithm.advantage_epsilon)
    short = [
        WeightedMember(
            episode_id=member.episode_id,
            trace=member.trace,
            advantage=float(value),
            num_loss_tokens=member.num_loss_tokens,
        )
        for member, value in zip(valid, advantages, strict=True)
        if member.trace is not None and member.num_tokens <= max_length
        if not (algorithm.truncated == "mask" and member.stop_reason in TRUNCATED)
    ]
    return WeighedGroup(
        judgement="useful",
        members=tuple(short),
        num_invalid=num_invalid,
        num_too_long=sum(member.num_tokens > max_length for member in valid),
        mean_reward=float(rewards.mean()),
    )


def weigh_step(
    groups: Sequence[RolloutGroup], algorithm: AlgorithmSpec, *, max_length: int
) -> list[WeighedGroup]:
    """Weigh all groups of a step; with `batch_std`, relative to each other."""
    weighed = [weigh_group(group, algorithm, max_length=max_length) for group in groups]
    if algorithm.advantage != "batch_std":
        return weighed
    members = [member for one in weighed for member in one.members]
    advantages = batch_std(
        np.array([member.advantage for member in members], np.float64),
        np.array([member.num_loss_tokens for member in members], np.int64),
        algorithm.advantage_epsilon,
    )
    values = iter(float(value) for value in advantages)
    return [
        replace(one, members=tuple(replace(m, advantage=next(values)) for m in one.members))
        for one in weighed
    ]
