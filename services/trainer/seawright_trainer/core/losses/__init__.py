"""The registry of losses, by `AlgorithmSpec.loss` (and `sft`)."""

from seawright_trainer.core.losses.cispo import cispo_loss
from seawright_trainer.core.losses.decoupled import decoupled_loss
from seawright_trainer.core.losses.grpo import grpo_loss
from seawright_trainer.core.losses.gspo import gspo_loss
from seawright_trainer.core.losses.inputs import Loss
from seawright_trainer.core.losses.sft import sft_loss

LOSSES: dict[str, Loss] = {
    "grpo": grpo_loss,
    "decoupled": decoupled_loss,
    "gspo": gspo_loss,
    "cispo": cispo_loss,
    "sft": sft_loss,
}
"""Each returns a weighted sum over its tokens, divided by the step's one denominator."""
