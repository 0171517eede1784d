"""A job as its parties see it: what is asked for, what a worker holds, why it failed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.errors import ConflictError
from seawright_shared.records.jobs import JobStatus, StatusReason

Desired = Literal["run", "cancel", "pause"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """The kit's rhythm, in seconds; tests shorten it."""

    lease: float = 60.0
    """How long a silent worker keeps its job."""
    beat: float = 5.0
    """Between heartbeats: cancellation from another process arrives within it."""
    poll: float = 5.0
    """How long a worker waits for a bell before it looks by itself."""
    relay: float = 0.5
    sweep: float = 10.0
    rebell: float = 30.0
    """A job that is due and not taken for so long is rung again."""
    backoff: float = 1.0
    """Before the first retry; doubles, with jitter, up to `max_backoff`."""
    max_backoff: float = 60.0
    chores: float = 3600.0
    """Between two rounds of forgetting what is no longer promised."""
    grace: float = 20.0
    """How long a shutdown waits for handlers before it hands their jobs back."""


def rhythm(lease_seconds: float) -> JobTimes:
    """Return the kit's times for a lease: none of its rounds is slower than the lease asks for."""
    usual = JobTimes()
    return JobTimes(
        lease=lease_seconds,
        beat=min(usual.beat, lease_seconds / 6),
        sweep=min(usual.sweep, lease_seconds / 3),
        rebell=min(usual.rebell, lease_seconds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue. The same `key` twice is the same job."""

    kind: str
    payload: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    key: str | None = None
    run_id: str | None = None
    priority: int = 0
    """Higher runs first."""
    delay_seconds: float = 0.0
    deadline_seconds: float | None = None
    """From now; a job not finished by then fails with class `deadline`."""
    max_attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job's row. For a worker that claimed it, `fence` proves that it still may write."""

    id: str
    kind: str
    key: str | None
    run_id: str | None
    payload: dict[str, JsonValue]
    result: dict[str, JsonValue] | None
    status: JobStatus
    reason: StatusReason | None
    desired: Desired
    fence: int
    attempt: int
    """Claims so far; the first claim is attempt 1."""
    num_failures: int
    num_outages: int
    max_attempts: int
    worker: str | None
    run_after: datetime
    deadline_at: datetime | None
    created_at: datetime
    updated_at: datetime


def job_of(row: RowMapping) -> Job:
    """Return the job a row of `jobs` describes."""
    reason = row["reason"]
    return Job(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        run_id=row["run_id"],
        payload=row["payload"],
        result=row["result"],
        status=JobStatus(row["status"]),
        reason=None if reason is None else StatusReason.model_validate(reason),
        desired=row["desired"],
        fence=row["fence"],
        attempt=row["attempt"],
        num_failures=row["num_failures"],
        num_outages=row["num_outages"],
        max_attempts=row["max_attempts"],
        worker=row["worker"],
        run_after=row["run_after"],
        deadline_at=row["deadline_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


class FailureClass(StrEnum):
    """Why an attempt failed; it decides what follows."""

    INFRA = "infra"
    """A peer or store was away: retried with patience, not counted as an attempt."""
    TRANSIENT = "transient"
    """May pass: retried, counted."""
    POISON = "poison"
    """An exception nobody foresaw: retried, counted."""
    LOST = "lost"
    """The worker fell silent: retried, counted."""
    REFUSED = "refused"
    """A fault that repeating cannot cure: dead at once."""
    DEADLINE = "deadline"
    """Not finished in time: dead at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed attempt."""

    failure_class: FailureClass
    code: str
    """Stable, as in an error's code."""
    message: str


Settled = Callable[[AsyncConnection, Job], Awaitable[None]]
"""Called in the same transaction when the kit itself ends a job: `job.status` is FAILED or
CANCELLED, `job.reason` says why. A service moves its run's row there."""


Requeued = Callable[[AsyncConnection, Job], Awaitable[None]]
"""Called in the same transaction when a dead job is taken up again. A service revives its run
there, or raises `ConflictError` where there is nothing left to go on with."""


class LostLeaseError(ConflictError):
    """Another attempt holds the job, or it was ended: nothing of this attempt may be stored."""

    code = "lost-lease"
