"""Groups of rollouts for training, policy versions and checkpoints."""

from seawright_shared.records.base import Record
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution


class GroupMember(Record):
    """One rollout of a group. `reward` is None where a fault must not become a reward."""

    episode_id: str
    trajectory_id: str | None = None
    reward: float | None = None
    trace: str | None = None
    """Blob reference of its token trace."""
    num_tokens: int = 0
    num_loss_tokens: int = 0
    min_version: int = 0
    max_version: int = 0
    stop_reason: StopReason
    attribution: Attribution | None = None


class RolloutGroup(Record):
    """G rollouts of one task, at comparable versions; `sequence` orders a stream's groups."""

    id: str
    stream_id: str
    sequence: int
    task_id: str
    members: list[GroupMember]


class PolicyVersion(Record):
    """One published set of weights."""

    model: str
    version: int
    uri: str
    """A folder in Hugging Face layout (config.json, model.safetensors, tokenizer.json)."""
    sha256: str
    """Of model.safetensors; of several files, of their names and SHA-256, line by line."""
    training_run_id: str | None = None
    step: int | None = None


class Checkpoint(Record):
    """A COMPLETE training checkpoint that a run can resume from."""

    id: str
    training_run_id: str
    attempt: int
    step: int
    uri: str
    world_size: int
    export_uri: str | None = None
    """Hugging Face export of the same step, if one was made."""
    promoted_version: int | None = None
    """The policy version that it was served as; promoted checkpoints are kept."""
