"""The batch of one optimizer step, as the control plane hands it to the ranks."""

from dataclasses import dataclass

from seawright_trainer.core.sequences import StepSequences


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBatch:
    """Sequences to train on, and the episodes they came from (none for SFT)."""

    sequences: StepSequences
    episode_ids: tuple[str, ...] = ()
