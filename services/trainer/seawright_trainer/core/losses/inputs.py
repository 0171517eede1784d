"""What every loss takes and returns. Shape suffix: N = loss tokens of a micro-batch."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from seawright_shared.records.specs import AlgorithmSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LossInputs:
    """Loss tokens only, gathered before any arithmetic: a NaN elsewhere cannot leak in."""

    logprobs_N: torch.Tensor
    """Of the targets under the weights being trained; carries the graph."""
    behaviour_N: torch.Tensor
    """Of the same tokens under the policy that sampled them; finite."""
    advantages_N: torch.Tensor
    weights_N: torch.Tensor
    """Of each token in the sum: all 1 where the loss is a mean over tokens."""
    sequences_N: torch.Tensor
    """Which of the micro-batch's sequences a token belongs to, counted from 0, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossOutput:
    """`loss` is already divided by the denominator; `counts` are sums over tokens."""

    loss: torch.Tensor
    counts: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])


Loss = Callable[[LossInputs, AlgorithmSpec, float], LossOutput]
"""The last argument divides the sum, one for the whole optimizer step, on all ranks."""
