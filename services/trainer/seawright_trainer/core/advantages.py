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


def raw(rewards: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:  # noqa: ARG001
    """Return the rewards: what the whole step's mean is taken off, once all groups are known."""
    return rewards


def batch_std(
    rewards: NDArray[np.float64], num_tokens: NDArray[np.int64], epsilon: float
) -> NDArray[np.float64]:
    """Return (R - mean) / (std + epsilon) over all loss tokens of a step.

    A rollout counts as often as it has loss tokens; zeros where all rewards are equal.
    """
    if not has_variance(rewards) or num_tokens.sum() == 0:
        return np.zeros_like(rewards)
    mean = np.average(rewards, weights=num_tokens)
    deviation = np.sqrt(np.average((rewards - mean) ** 2, weights=num_tokens))
    return (rewards - mean) / (deviation + epsilon)


ADVANTAGES: dict[str, Advantage] = {
    "group_std": group_std,
    "group_mean": group_mean,
    "batch_std": raw,
}
"""Within a group, by `AlgorithmSpec.advantage`; `batch_std` follows over the step."""
