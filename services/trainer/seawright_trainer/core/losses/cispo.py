"""CISPO (arXiv 2506.13585): the weight is clipped, not the gradient; every token keeps learning.

J = sum_t w_t stop(clip(rho_t, 1 - low, 1 + high)) A_t logp_t / denominator
"""

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput
from seawright_trainer.core.losses.surrogates import ratio


def cispo_loss(inputs: LossInputs, algorithm: AlgorithmSpec, denominator: float) -> LossOutput:
    """Return -J of one micro-batch."""
    ratio_N = ratio(inputs.logprobs_N.detach() - inputs.behaviour_N)
    low, high = 1.0 - algorithm.clip_low, 1.0 + algorithm.clip_high
    gain_N = ratio_N.clamp(low, high) * inputs.advantages_N * inputs.logprobs_N
    return LossOutput(
        loss=-(inputs.weights_N * gain_N).sum() / denominator,
        counts={"clipped_low": (ratio_N < low).sum(), "clipped_high": (ratio_N > high).sum()},
    )
