"""The wire of the job kit, the same in every service that keeps jobs."""

from datetime import datetime

from pydantic import JsonValue

from seawright_shared.records.base import Record
from seawright_shared.records.jobs import JobStatus


class DeadLetter(Record):
    """A job that was given up: GET /v1/dead-letters, POST .../{id}/requeue."""

    id: int
    job_id: str
    kind: str
    run_id: str | None = None
    """The run it worked for, if any."""
    payload: dict[str, JsonValue]
    failure_class: str
    """Why it is dead: `poison`, `refused`, `deadline`, `lost`, `transient` or `infra`."""
    message: str
    attempt: int
    """The attempt that was the last one."""
    at: datetime
    requeued_at: datetime | None = None
    """When somebody took it up again; None: it lies there."""
    job_status: JobStatus
    """Of the job now."""
