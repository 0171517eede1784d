"""The transition table of jobs and runs: the one place that says what may follow what."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.errors import ConflictError
from seawright_shared.records.jobs import JobStatus

EDGES: Final[Mapping[JobStatus, frozenset[JobStatus]]] = {
    JobStatus.QUEUED: frozenset(
        {JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED}
    ),
    # Back to queued: handed back, to be retried, or its lease expired.
    JobStatus.RUNNING: frozenset(
        {
            JobStatus.SUCCEEDED,
            JobStatus.FAILED,
            JobStatus.QUEUED,
            JobStatus.PAUSED,
            JobStatus.CANCELLING,
        }
    ),
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED, JobStatus.FAILED}),
    # Work that was complete when the wish to cancel arrived counts.
    JobStatus.CANCELLING: frozenset({JobStatus.CANCELLED, JobStatus.SUCCEEDED, JobStatus.FAILED}),
    JobStatus.SUCCEEDED: frozenset(),
    # Only a person takes a dead letter up again.
    JobStatus.FAILED: frozenset({JobStatus.QUEUED}),
    JobStatus.CANCELLED: frozenset(),
}
HELD: Final = (JobStatus.RUNNING, JobStatus.CANCELLING)
"""States in which a worker holds the job."""


def may_follow(source: JobStatus, target: JobStatus) -> bool:
    """Return whether `target` may follow `source`."""
    return target in EDGES[source]


def sources_of(target: JobStatus) -> tuple[JobStatus, ...]:
    """Return the states from which `target` may be reached."""
    return tuple(source for source in JobStatus if target in EDGES[source])


def require_edge(source: JobStatus, target: JobStatus) -> None:
    """Raise `ConflictError` unless `target` may follow `source`."""
    if not may_follow(source, target):
        raise ConflictError(
            f"{source.value} cannot become {target.value}",
            {"status": source.value, "wanted": target.value},
        )


async def compare_and_set(
    connection: AsyncConnection,
    table: Table,
    row_id: str,
    target: JobStatus,
    values: Mapping[str, object] | None = None,
    only: ColumnElement[bool] | None = None,
) -> bool:
    """Move a row (with columns `id` and `status`) to `target` if an edge leads there.

    Returns False where the row's state, or the condition `only`, does not allow it.
    """
    statement = (
        update(table)
        .where(table.c.id == row_id, table.c.status.in_(sources_of(target)))
        .values({"status": target, **(values or {})})
    )
    if only is not None:
        statement = statement.where(only)
    return (await connection.execute(statement)).rowcount == 1
