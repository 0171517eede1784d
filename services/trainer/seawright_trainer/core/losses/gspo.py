"""GSPO (arXiv 2507.18071): the ratio is a sequence's, the geometric mean of its tokens'.

    J = sum_t w_t min(s_t A_t, clip(s_t) A_t) / denominator
    s_t = exp(mean over the sequence of (logp - behaviour)), with the gradient of its own token

A sequence lies whole in one micro-batch, so that its mean is known there.
"""

import torch

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput
from seawright_trainer.core.losses.surrogates import clipped_surrogate, ratio


def gspo_loss(inputs: LossInputs, algorithm: AlgorithmSpec, denominator: float) -> LossOutput:
    """Return -J of one micro-batch. The paper's own mean is `normalization` "sequences"."""
    gaps_N = inputs.logprobs_N.detach() - inputs.behaviour_N
    num_sequences = int(inputs.sequences_N.max()) + 1 if inputs.sequences_N.numel() else 0
    zeros_S = torch.zeros(num_sequences, dtype=gaps_N.dtype, device=gaps_N.device)
    sums_S = zeros_S.index_add(0, inputs.sequences_N, gaps_N)
    sizes_S = zeros_S.index_add(0, inputs.sequences_N, torch.ones_like(gaps_N))
    of_sequence_N = ratio(sums_S / sizes_S.clamp(min=1.0))[inputs.sequences_N]
    own_N = (inputs.logprobs_N - inputs.logprobs_N.detach()).exp()
    surrogate_N, counts = clipped_surrogate(of_sequence_N * own_N, inputs.advantages_N, algorithm)
    return LossOutput(loss=-(inputs.weights_N * surrogate_N).sum() / denominator, counts=counts)
