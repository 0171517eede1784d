"""The token-level clipped surrogate of GRPO, behaviour-capped.

    J = sum_t keep_t * min(rho_t A_t, clip(rho_t, 1 - low, 1 + high) A_t) / denominator
    rho_t = exp(clamp(logp_t - behaviour_t, -20, 20)),   keep_t = [rho_t <= behaviour_cap]

Capped tokens leave the numerator; the denominator keeps counting them.
"""

import torch

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput

MAX_LOG_RATIO = 20.0


def grpo_loss(inputs: LossInputs, algorithm: AlgorithmSpec, denominator: float) -> LossOutput:
    """Return -J of one micro-batch; sums over micro-batches and ranks are exact."""
    log_ratio_N = inputs.logprobs_N - inputs.behaviour_N
    ratio_N = log_ratio_N.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO).exp()
    clipped_N = ratio_N.clamp(1.0 - algorithm.clip_low, 1.0 + algorithm.clip_high)
    gain_N = ratio_N * inputs.advantages_N
    clipped_gain_N = clipped_N * inputs.advantages_N
    surrogate_N = torch.minimum(gain_N, clipped_gain_N)
    capped_N = torch.zeros_like(ratio_N, dtype=torch.bool)
    if algorithm.behaviour_cap is not None:
        capped_N = ratio_N.detach() > algorithm.behaviour_cap
        surrogate_N = torch.where(capped_N, torch.zeros_like(surrogate_N), surrogate_N)
    acts_N = clipped_gain_N.detach() < gain_N.detach()
    return LossOutput(
        loss=-surrogate_N.sum() / denominator,
        counts={
            "clipped_low": (acts_N & (ratio_N.detach() < 1.0)).sum(),
            "clipped_high": (acts_N & (ratio_N.detach() > 1.0)).sum(),
            "capped": capped_N.sum(),
        },
    )
