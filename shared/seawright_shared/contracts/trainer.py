"""The trainer's wire: training runs, steps, checkpoints, and the ranks' own routes."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from seawright_shared.contracts.orchestrator import Run
from seawright_shared.records.base import Record, Request
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import TrainingSpec


class StepEvaluation(Record):
    """How the weights after a step play."""

    step: int
    evaluation_run_id: str
    pass_1: float | None = None
    """Share of the episodes that passed; None: they are still played."""


class TrainingRun(Run):
    """POST /v1/training-runs, GET .../{id}, verbs cancel, pause, resume, checkpoint."""

    spec: TrainingSpec
    attempt: int = 0
    step: int = 0
    version: int = 0
    """Policy version last published by this run."""
    phase: str = ""
    """What rank 0 said last, as in `loading`, `waiting for groups`, `step`."""
    num_groups: dict[str, int] = {}
    """GRPO: rollout groups received, by what became of them (`used`, `zero_variance`, `stale`)."""
    evaluations: list[StepEvaluation] = []
    """SFT with `early_stop`, by step."""
    best_step: int | None = None
    """Of these, the step whose weights passed most: they are what the run leaves served."""


class TrainingStep(Record):
    """One optimizer step: GET /v1/training-runs/{id}/steps. The ledger behind promise 2."""

    step: int
    attempt: int
    version: int
    episode_ids: list[str] = []
    metrics: dict[str, float] = {}
    rolled_back: bool = False
    """The step's update was lost with a dead attempt; its episodes stay used."""
    created_at: datetime | None = None


class CheckpointChoice(Request):
    """POST /v1/training-runs/{id}/promote and /export: one of the checkpoints that are kept."""

    step: int | None = Field(default=None, ge=1)
    """None: the newest."""


class ExportedModel(Record):
    """A model folder made of a checkpoint, in Hugging Face layout; no run removes it."""

    training_run_id: str
    step: int
    uri: str
    sha256: str
    """Of its weights, as policy versions have it."""


class WorkRequest(Request):
    """POST /v1/training-runs/{id}/attempts/{attempt}/work: rank 0 asks what to do next."""

    step: int
    """Steps done so far by this attempt, counted from the run's start."""
    wait_seconds: float = Field(default=20.0, ge=0, le=60)


class Work(Record):
    """The control plane's decision; an old attempt gets `stop`."""

    action: Literal["train", "wait", "checkpoint", "pause", "stop", "finish"]
    groups: list[RolloutGroup] = []
    batch: str | None = None
    """Blob reference of what to train on, for `train`."""
    missing: str = ""
    """What a `wait` waits for, in words."""
    kept_steps: list[int] = []
    """Steps whose exports outlive newer ones: the best weights, and those being measured."""


class StepReport(Request):
    """POST .../attempts/{attempt}/steps: one step done. Episodes enter the ledger once."""

    step: int
    episode_ids: list[str] = []
    metrics: dict[str, float]
    export_uri: str | None = None
    """Hugging Face export of the weights after this step, to be published."""
    export_sha256: str | None = None
    """Of its model.safetensors."""
    checkpoint_uri: str | None = None
    """A checkpoint that is whole on disk: of `saved_step`, or of this step."""
    saved_step: int | None = None
    """The step of `checkpoint_uri`, which was written while later ones were trained."""
    saved_export_uri: str | None = None
    """Export of the weights of `saved_step`."""
    saved_export_sha256: str | None = None
    world_size: int = 1


class HeartbeatRequest(Request):
    """POST .../attempts/{attempt}/heartbeats."""

    rank: int
    phase: str
    step: int


class HeartbeatReply(Record):
    """Whether the attempt still holds the run, and what is wanted of it."""

    valid: bool
    desired: Literal["run", "pause", "cancel", "checkpoint"] = "run"
