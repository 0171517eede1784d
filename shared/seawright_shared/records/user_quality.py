"""How well a simulated user plays his part: what is asked for, and what was measured."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from seawright_shared.records.base import Record, Request
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.trajectories import UserSpec

Column = Literal["unknown_fact", "premature_stop", "user_tool", "instruction_drift", "leak"]
COLUMNS: tuple[Column, ...] = (
    "unknown_fact",
    "premature_stop",
    "user_tool",
    "instruction_drift",
    "leak",
)


class UserQualitySpec(Request):
    """POST /v1/user-quality-reports: play probes with the oracle agent and this user."""

    name: str = ""
    user: UserSpec
    dataset_id: str | None = None
    """Probes are tasks of this `rl_tasks` version, in its order."""
    database: DatabaseRef | None = None
    """Instead: probes are drawn anew from this database, for customers held out of synthesis."""
    num_probes: int = Field(default=100, ge=1, le=2000)
    """Most probes; a version that holds fewer gives all it has."""
    seed: int = 0
    max_turns: int = Field(default=40, ge=2, le=200)

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.dataset_id is None) == (self.database is None):
            raise ValueError("give either dataset_id or database")
        return self


class ErrorRate(Record):
    """Errors among chances to make them, with the 95 % Wilson score interval."""

    num: int
    """Chances: texts said, episodes, asked deeds, turns, hidden facts."""
    num_errors: int
    rate: float | None = None
    """None where there was no chance."""
    low: float | None = None
    high: float | None = None


class QualityFinding(Record):
    """One error, as it can be looked up."""

    column: Column
    kind: str
    """As in `invented_words`, `unanswered_proposal`, `missing_call`."""
    episode_id: str
    task_id: str
    message: int
    """Index into the trajectory's messages."""
    detail: str


class SlipsFound(Record):
    """Of the errors that the scripted user made on purpose, how many the measure found."""

    num_made: int
    num_found: int
    columns: dict[Column, int] = {}
    """Found at that very message, by column."""


class UserQuality(Record):
    """What was measured of one user. All rates come from the stored episodes alone."""

    num_probes: int
    num_left_out: int = 0
    """Probes that a failed service spoiled, again and again: not in any rate."""
    num_passed: int
    """Probes that the oracle agent and this user brought to the right end together."""
    num_user_faults: int = 0
    """Probes that ended because no reply of a user model could stand."""
    domains: list[str] = []
    errors: ErrorRate
    """Probes with at least one error of any column: what a threshold is held against."""
    columns: dict[Column, ErrorRate]
    refusals: dict[str, int] = {}
    """Replies that were refused and mended before anyone heard them, by reason."""
    slips: dict[str, SlipsFound] = {}
    findings: list[QualityFinding] = []
    """The first ones of each column."""


class UserQualityReport(Record):
    """GET /v1/user-quality-reports[/{id}]."""

    id: str
    status: JobStatus
    status_reason: StatusReason | None = None
    created_at: datetime
    updated_at: datetime
    spec: UserQualitySpec
    num_probes_done: int = 0
    quality: UserQuality | None = None
    """When it is done."""
