"""The registry of losses, by `AlgorithmSpec.loss` (and `sft`)."""

from seawright_trainer.core.losses.grpo import grpo_loss
from seawright_trainer.core.losses.inputs import Loss
from seawright_trainer.core.losses.sft import sft_loss

LOSSES: dict[str, Loss] = {"grpo": grpo_loss, "sft": sft_loss}
"""Each returns a sum over its tokens, divided by the step's one denominator."""
