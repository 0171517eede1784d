"""Rollout groups: which task a draw names, how rewards are shuffled, what a group records."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.seeds import seeded
from seawright_shared.records.rollouts import GroupMember
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.records.verdicts import Verdict

NUM_HISTORY = 64
"""Groups of the past from which a control stream draws its rewards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSize:
    """How many tokens a trace holds, and how many of them carry loss."""

    num_tokens: int = 0
    num_loss_tokens: int = 0
    min_version: int | None = None
    max_version: int | None = None


def drawn_index(num_tasks: int, seed: int, draw: int) -> int:
    """Return the task of a draw: every epoch is a fresh shuffle that names each task once."""
    assert num_tasks > 0
    epoch, position = divmod(draw, num_tasks)
    order = list(range(num_tasks))
    seeded(seed, "epoch", epoch).shuffle(order)
    return order[position]


def shuffled_rewards(
    rewards: Sequence[float | None], history: Sequence[float], rng: random.Random
) -> list[float | None]:
    """Return rewards that say nothing about their episodes, but keep the stream's statistics.

    They are drawn from the groups before this one. Before there are any, the group's own are
    permuted: its mean stays, and who earned what is lost. Faults stay without a reward.
    """
    own = [reward for reward in rewards if reward is not None]
    drawn = rng.choices(history, k=len(own)) if history else rng.sample(own, len(own))
    left = iter(drawn)
    return [None if reward is None else next(left) for reward in rewards]


def member(trajectory: Trajectory, verdict: Verdict, size: TraceSize) -> GroupMember:
    """Return one rollout as the trainer reads it."""
    return GroupMember(
        episode_id=trajectory.episode_id,
        trajectory_id=trajectory.id,
        reward=verdict.reward,
        trace=trajectory.trace,
        num_tokens=size.num_tokens,
        num_loss_tokens=size.num_loss_tokens,
        min_version=size.min_version or 0,
        max_version=size.max_version or 0,
        stop_reason=trajectory.stop_reason,
        attribution=verdict.attribution,
    )
