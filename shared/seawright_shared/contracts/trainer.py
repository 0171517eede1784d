"""The trainer's wire: training runs, steps, checkpoints, and the ranks' own routes."""

from typing import Literal

from pydantic import Field

from seawright_shared.contracts.orchestrator import Run
from seawright_shared.records.base import Record, Request
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import TrainingSpec


class TrainingRun(Run):
    """POST /v1/training-runs, GET .../{id}, verbs cancel, pause, resume, checkpoint."""

    spec: TrainingSpec
    attempt: int = 0
    step: int = 0
    version: int = 0
    """Policy version last published by this run."""


class TrainingStep(Record):
    """One optimizer step: GET /v1/training-runs/{id}/steps. The ledger behind promise 2."""

    step: int
    attempt: int
    version: int
    episode_ids: list[str] = []
    metrics: dict[str, float] = {}


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


class StepReport(Request):
    """POST .../attempts/{attempt}/steps: one step done. Episodes enter the ledger once."""

    step: int
    episode_ids: list[str] = []
    metrics: dict[str, float]
    export_uri: str | None = None
    """Hugging Face export of the weights after this step, to be published."""
    checkpoint_uri: str | None = None
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
