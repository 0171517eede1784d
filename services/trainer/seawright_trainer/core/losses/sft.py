"""Supervised fine-tuning: mean negative log-likelihood over all loss tokens of the step."""

from seawright_shared.records.specs import AlgorithmSpec
from seawright_trainer.core.losses.inputs import LossInputs, LossOutput


def sft_loss(
    inputs: LossInputs,
    algorithm: AlgorithmSpec,  # noqa: ARG001
    denominator: float,
) -> LossOutput:
    """Return the micro-batch's share of the step's token mean."""
    return LossOutput(loss=-(inputs.weights_N * inputs.logprobs_N).sum() / denominator)
