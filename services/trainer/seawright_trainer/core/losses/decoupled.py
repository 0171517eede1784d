"""Decoupled PPO (arXiv 2505.24298): the clip is around the policy at the step's start.

    J = sum_t w_t b_t min(rho_t A_t, clip(rho_t) A_t) / denominator
    rho_t = pi_theta / pi_prox,   b_t = pi_prox / pi_behaviour, masked or truncated at its cap

One optimizer step is made per batch, so pi_prox is pi_theta before the step: its log-probs are
those of the same forward, detached, and no second forward is needed. The ratio is then 1 and the
clip rests; what remains of the correction is b.
"""

import torch

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput
from seawright_trainer.core.losses.surrogates import clipped_surrogate, ratio


def decoupled_loss(inputs: LossInputs, algorithm: AlgorithmSpec, denominator: float) -> LossOutput:
    """Return -J of one micro-batch; the denominator counts masked tokens, too."""
    proximal_N = inputs.logprobs_N.detach()
    behaviour_weights_N = ratio(proximal_N - inputs.behaviour_N)
    capped_N = torch.zeros_like(behaviour_weights_N, dtype=torch.bool)
    if algorithm.behaviour_cap is not None:
        capped_N = behaviour_weights_N > algorithm.behaviour_cap
        over = algorithm.behaviour_cap if algorithm.behaviour_weight == "truncate" else 0.0
        behaviour_weights_N = behaviour_weights_N.masked_fill(capped_N, over)
    surrogate_N, counts = clipped_surrogate(
        ratio(inputs.logprobs_N - proximal_N), inputs.advantages_N, algorithm
    )
    return LossOutput(
        loss=-(inputs.weights_N * behaviour_weights_N * surrogate_N).sum() / denominator,
        counts={**counts, "capped": capped_N.sum()},
    )
