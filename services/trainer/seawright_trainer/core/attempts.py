"""What an attempt's processes are told when they are launched, and how they end."""

from enum import IntEnum

from pydantic import Field

from seawright_shared.records.base import Record
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.early_stop import is_evaluation_due


class ExitCode(IntEnum):
    """Exit status of a rank."""

    DONE = 0
    """Finished, paused or told to stop: the run's row says which."""
    FAULT = 1
    CONFIG = 64
    """The spec or the model is wrong: another attempt would fail alike."""
    TERMINATED = 143
    """SIGTERM: a checkpoint was made and reported."""


class AttemptConfig(Record):
    """The whole input of a rank, in a file: nothing of it is in its arguments."""

    run_id: str
    attempt: int
    spec: TrainingSpec
    spec_hash: str
    control_url: str
    """Of the trainer service, for this attempt's routes."""
    blob_dir: str
    blob_url: str | None = None
    """Where blobs lie instead of in `blob_dir`."""
    checkpoint_dir: str
    export_dir: str
    outcome_dir: str
    """Each rank leaves `rank_<n>.json`, an `Outcome`, there when it ends by itself."""
    launcher_pid: int | None = None
    """The process of this machine that launched the ranks: they end when it does."""
    candidates: list[str] = []
    """Checkpoint folders to resume from, best first; empty: from the spec's model."""
    keep_checkpoints: int = Field(default=3, ge=1)
    """How many of the newest, where the spec gives no number."""
    promoted_steps: list[int] = []
    """Whose checkpoints are kept."""
    heartbeat_seconds: float = 5.0
    work_deadline_seconds: float = 1800.0
    """Longest wait for one batch, after which the attempt fails and says what was missing."""
    collective_deadline_seconds: float = 600.0
    """Longest wait of a rank for the others; longer than one `wait` of rank 0."""
    control_deadline_seconds: float = 600.0
    """How long the control plane may be away before the attempt gives up."""


class Outcome(Record):
    """Why a rank ended."""

    rank: int
    exit_code: int
    code: str
    """Stable, as in an error's code."""
    message: str


def is_publish_due(spec: TrainingSpec, step: int, *, is_applied: bool) -> bool:
    """Return whether the weights after `step` are served, `is_applied` if it changed them.

    GRPO: every `publish_every` steps and after the last, because rollouts come from them.
    SFT: after the last step and those that are evaluated, because nobody samples in between.
    """
    if spec.kind == "sft":
        return step == spec.num_steps or is_evaluation_due(spec, step)
    return is_applied and (step == spec.num_steps or step % spec.publish_every == 0)


def is_checkpoint_due(spec: TrainingSpec, step: int) -> bool:
    """Return whether a checkpoint is made after `step`; after the last one always."""
    return step % spec.checkpoint_every == 0 or step == spec.num_steps
