"""Group-relative advantages: a rollout's credit relative to its siblings (DESIGN 7)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Advantage = Callable[[NDArray[np.float64], float], NDArray[np.float64]]
"""Maps the valid members' rewards and an epsilon to one advantage each."""


def has_variance(rewards: NDArray[np.float64]) -> bool:
    """Return whether two rewards differ, exactly.

    Never asked of the standard deviation: seven rewards of 0.7 in fp32 have one of 6e-8.
    """
    return rewards.size > 0 and bool(rewards.max() != rewards.min())


def group_std(rewards: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:
    """Return (R - mean) / (population std + epsilon); zeros where all rewards are equal."""
    if not has_variance(rewards):
        return np.zeros_like(rewards)
    return (rewards - rewards.mean()) / (rewards.std() + epsilon)


def group_mean(rewards: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:  # noqa: ARG001
    """Return R - mean; zeros where all rewards are equal."""
    if not has_variance(rewards):
        return np.zeros_like(rewards)
    return rewards - rewards.mean()


ADVANTAGES: dict[str, Advantage] = {"group_std": group_std, "group_mean": group_mean}
"""By `AlgorithmSpec.advantage`."""
