"""The token-level clipped surrogate of GRPO, behaviour-capped.

    J = sum_t w_t keep_t min(rho_t A_t, clip(rho_t, 1 - low, 1 + high) A_t) / denominator
    rho_t = exp(clamp(logp_t - behaviour_t, -20, 20)),   keep_t = [rho_t <= behaviour_cap]

Capped tokens leave the numerator; the denominator keeps counting them.
"""

import torch

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput
from seawright_trainer.core.losses.surrogates import clipped_surrogate, ratio


def grpo_loss(inputs: LossInputs, algorithm: AlgorithmSpec, denominator: float) -> LossOutput:
    """Return -J of one micro-batch; sums over micro-batches and ranks are exact."""
    ratio_N = ratio(inputs.logprobs_N - inputs.behaviour_N)
    surrogate_N, counts = clipped_surrogate(ratio_N, inputs.advantages_N, algorithm)
    capped_N = torch.zeros_like(ratio_N, dtype=torch.bool)
    if algorithm.behaviour_cap is not None:
        capped_N = ratio_N.detach() > algorithm.behaviour_cap
        surrogate_N = torch.where(capped_N, torch.zeros_like(surrogate_N), surrogate_N)
    return LossOutput(
        loss=-(inputs.weights_N * surrogate_N).sum() / denominator,
        counts={**counts, "capped": capped_N.sum()},
    )
