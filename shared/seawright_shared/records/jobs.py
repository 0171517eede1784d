"""Long work as a resource: its states and its events."""

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from seawright_shared.records.base import Record


class JobStatus(StrEnum):
    """States of a run; the transition table is in `seawright_shared.jobs.states`."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self in {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


class StatusReason(Record):
    """Why a run is where it is."""

    code: str
    message: str
    retryable: bool = False


class RunEvent(Record):
    """One entry of a run's event log; `sequence` is the SSE id."""

    run_id: str
    sequence: int
    type: str
    """Noun, dot, past participle, as in `iteration.finished`."""
    at: datetime
    payload: dict[str, JsonValue] = {}
