"""The batch of one optimizer step, as the control plane hands it to the ranks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawright_trainer.core.sequences import StepSequences


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBatch:
    """Sequences to train on, and the episodes they came from (none for SFT)."""

    sequences: StepSequences
    episode_ids: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Of each sequence, in a rendered dataset; empty: nobody asked."""
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """What was known of the rollouts before training on them; reported with the step."""
