"""The fault of a run that ended without success."""

from seawright_shared.errors import SeawrightError
from seawright_shared.records.jobs import JobStatus, StatusReason


class RunFailedError(SeawrightError):
    """A run that a command waited for failed or was cancelled."""

    status = 409
    code = "run-failed"


def failure_of(run_id: str, status: JobStatus, reason: StatusReason | None) -> RunFailedError:
    """Return the fault of a run, with the reason it gave."""
    why = f": {reason.message} ({reason.code})" if reason else ""
    return RunFailedError(f"{run_id} {status.value}{why}", {"run_id": run_id})
