"""Runs as rows: their states, their verbs, and what becomes of them when a job dies."""

from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.tables.metadata import job_tables
from seawright_orchestrator.adapters.tables.runs import runs
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import Job, NewJob
from seawright_shared.jobs.queue import CANCELLED, JobQueue
from seawright_shared.jobs.states import compare_and_set
from seawright_shared.records.base import canonical_json
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.stores.sql import Database

NOUNS = {
    "synthesis": "synthesis run",
    "evaluation": "evaluation run",
    "user_quality": "user quality report",
}
LIVE_JOBS = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING)


class SqlRuns:
    """The row of a run. Every change of state follows the kit's transition table."""

    def __init__(self, database: Database, queue: JobQueue, events: EventLog) -> None:
        self.database = database
        self.queue = queue
        self.events = events

    async def insert(
        self, connection: AsyncConnection, run_id: str, kind: str, spec: str, num_units: int
    ) -> None:
        """Add a queued run."""
        now = self.database.now()
        values = {
            "id": run_id,
            "kind": kind,
            "status": JobStatus.QUEUED,
            "spec": spec,
            "created_at": now,
            "updated_at": now,
            "num_units": num_units,
            "num_units_done": 0,
            "num_tasks": 0,
        }
        await connection.execute(insert(runs).values(values))
        await self.events.append(connection, run_id, "run.created", {"kind": kind})

    async def row(
        self, connection: AsyncConnection, run_id: str, kind: str, *, is_locked: bool = False
    ) -> RowMapping:
        """Return the row of a run, for update if asked."""
        statement = select(runs).where(runs.c.id == run_id, runs.c.kind == kind)
        if is_locked:
            statement = statement.with_for_update()
        found = (await connection.execute(statement)).mappings().one_or_none()
        if found is None:
            raise NotFoundError(f"no {NOUNS[kind]} {run_id}", {"run_id": run_id})
        return found

    async def move(
        self,
        connection: AsyncConnection,
        run_id: str,
        target: JobStatus,
        event: str,
        reason: StatusReason | None = None,
    ) -> bool:
        """Move a run to a state and tell the watchers; False where no edge leads there."""
        values: dict[str, object] = {
            "updated_at": self.database.now(),
            "status_reason": None if reason is None else reason.model_dump_json(),
        }
        if not await compare_and_set(connection, runs, run_id, target, values):
            return False
        payload: dict[str, JsonValue] = {"status": target.value}
        if reason is not None:
            payload["reason"] = reason.message
        await self.events.append(connection, run_id, event, payload)
        return True

    async def start(self, connection: AsyncConnection, run_id: str) -> None:
        """Say that work on a run has begun; a run that is under way stays as it is."""
        await self.move(connection, run_id, JobStatus.RUNNING, "run.started")

    async def succeed(self, connection: AsyncConnection, row: RowMapping) -> None:
        """End a run well. One that was paused while its last job worked is resumed first."""
        if JobStatus(row["status"]) == JobStatus.PAUSED:
            await self.move(connection, row["id"], JobStatus.QUEUED, "run.resumed")
        await self.start(connection, row["id"])
        await self.move(connection, row["id"], JobStatus.SUCCEEDED, "run.succeeded")

    async def count(
        self, connection: AsyncConnection, run_id: str, values: Mapping[str, object]
    ) -> None:
        """Change a run's counters or report."""
        changed = {**values, "updated_at": self.database.now()}
        await connection.execute(update(runs).where(runs.c.id == run_id).values(changed))

    async def cancel(self, run_id: str, kind: str) -> None:
        """End a run: at once where no worker holds a job of it. Repeating is harmless."""
        async with self.database.transaction() as connection:
            row = await self.row(connection, run_id, kind, is_locked=True)
            status = JobStatus(row["status"])
            if status in {JobStatus.CANCELLED, JobStatus.CANCELLING}:
                return
            if status.is_final:
                raise ConflictError(
                    f"a run that has {status.value} cannot be cancelled", {"status": status.value}
                )
            if status == JobStatus.RUNNING:
                await self.move(connection, run_id, JobStatus.CANCELLING, "run.cancelling")
            for job in await self.queue.of_run(connection, run_id):
                if not job.status.is_final:
                    await self.queue.cancel(connection, job.id)
            if status == JobStatus.RUNNING:
                await self._end_cancelled(connection, run_id)
            else:
                # Nothing that a worker still holds may store into a run that has ended.
                await self.move(connection, run_id, JobStatus.CANCELLED, "run.cancelled", CANCELLED)

    async def pause(self, run_id: str, kind: str) -> None:
        """Begin nothing more of a run; what is under way is finished and kept."""
        async with self.database.transaction() as connection:
            row = await self.row(connection, run_id, kind, is_locked=True)
            status = JobStatus(row["status"])
            if status == JobStatus.PAUSED:
                return
            if not await self.move(connection, run_id, JobStatus.PAUSED, "run.paused"):
                raise ConflictError(
                    f"a run that is {status.value} cannot be paused", {"status": status.value}
                )
            for job in await self.queue.of_run(connection, run_id):
                if job.status == JobStatus.QUEUED:
                    await self.queue.pause(connection, job.id)

    async def resume(self, run_id: str, kind: str) -> None:
        """Go on with a paused run."""
        async with self.database.transaction() as connection:
            row = await self.row(connection, run_id, kind, is_locked=True)
            status = JobStatus(row["status"])
            if status in {JobStatus.QUEUED, JobStatus.RUNNING}:
                return
            if status != JobStatus.PAUSED:
                raise ConflictError(
                    f"a run that is {status.value} cannot be resumed", {"status": status.value}
                )
            await self.move(connection, run_id, JobStatus.QUEUED, "run.resumed")
            for job in await self.queue.of_run(connection, run_id):
                if job.status == JobStatus.PAUSED:
                    await self.queue.resume(connection, job.id)

    async def settled(self, connection: AsyncConnection, job: Job) -> None:
        """Take the end of a job that the kit ended over to its run."""
        run_id = job.run_id
        assert run_id is not None
        if job.status == JobStatus.FAILED:
            reason = job.reason or StatusReason(code="failed", message="a job failed")
            if await self.move(connection, run_id, JobStatus.FAILED, "run.failed", reason):
                for sibling in await self.queue.of_run(connection, run_id):
                    if not sibling.status.is_final:
                        await self.queue.cancel(connection, sibling.id)
        else:
            await self._end_cancelled(connection, run_id)

    async def requeued(self, connection: AsyncConnection, job: Job) -> None:
        """Go on with a failed run of which a dead job was taken up again."""
        assert job.run_id is not None
        statement = select(runs.c.status).where(runs.c.id == job.run_id).with_for_update()
        status = JobStatus((await connection.execute(statement)).scalar_one())
        if not status.is_final and status is not JobStatus.CANCELLING:
            return
        if not await self.move(connection, job.run_id, JobStatus.QUEUED, "run.resumed"):
            raise ConflictError(
                f"its run is {status.value} and cannot go on",
                {"run_id": job.run_id, "status": status.value},
            )
        await self._revive_siblings(connection, job.run_id)

    async def _revive_siblings(self, connection: AsyncConnection, run_id: str) -> None:
        """Take up what died or was cancelled with the run, once for each piece of work."""
        siblings = await self.queue.of_run(connection, run_id)
        if any(one.status is JobStatus.CANCELLING for one in siblings):
            raise ConflictError("jobs of its run are still ending: try again", {"run_id": run_id})
        latest = {canonical_json(one.payload): one for one in siblings}
        for one in latest.values():
            if one.status is JobStatus.FAILED:
                await self.queue.requeue(connection, one.id)
            elif one.status is JobStatus.CANCELLED:
                again = NewJob(
                    kind=one.kind,
                    key=f"{one.kind}:again:{one.id}",
                    run_id=run_id,
                    payload=one.payload,
                    max_attempts=one.max_attempts,
                )
                await self.queue.enqueue(connection, again)

    async def _end_cancelled(self, connection: AsyncConnection, run_id: str) -> None:
        """End a run that is being cancelled when its last job is gone."""
        jobs = job_tables.jobs
        statement = select(func.count()).where(
            jobs.c.run_id == run_id, jobs.c.status.in_(LIVE_JOBS)
        )
        if (await connection.execute(statement)).scalar_one() == 0:
            await self.move(connection, run_id, JobStatus.CANCELLED, "run.cancelled", CANCELLED)
