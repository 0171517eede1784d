"""What the policy losses share: bounded ratios and the clipped surrogate.

N = loss tokens of a micro-batch.
"""

import torch

from seawright_shared.records.specs import AlgorithmSpec

MAX_LOG_RATIO = 20.0


def ratio(log_ratio_N: torch.Tensor) -> torch.Tensor:
    """Return exp of a log-ratio that is bounded, so that nothing overflows."""
    return log_ratio_N.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO).exp()


def clipped_surrogate(
    ratio_N: torch.Tensor, advantages_N: torch.Tensor, algorithm: AlgorithmSpec
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return min(rho A, clip(rho) A), and how many tokens were clipped on which side.

    With a dual clip c (arXiv 1912.09729), where A < 0 it is no less than c A.
    """
    clipped_N = ratio_N.clamp(1.0 - algorithm.clip_low, 1.0 + algorithm.clip_high)
    gain_N, clipped_gain_N = ratio_N * advantages_N, clipped_N * advantages_N
    surrogate_N = torch.minimum(gain_N, clipped_gain_N)
    if algorithm.dual_clip is not None:
        floor_N = algorithm.dual_clip * advantages_N
        bounded_N = torch.maximum(surrogate_N, floor_N)
        surrogate_N = torch.where(advantages_N < 0, bounded_N, surrogate_N)
    acts_N = clipped_gain_N.detach() < gain_N.detach()
    counts = {
        "clipped_low": (acts_N & (ratio_N.detach() < 1.0)).sum(),
        "clipped_high": (acts_N & (ratio_N.detach() > 1.0)).sum(),
    }
    return surrogate_N, counts
