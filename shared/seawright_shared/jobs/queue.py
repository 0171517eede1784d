"""The producers' side of the queue: enqueue, cancel, pause, resume, requeue, look."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs.doorbell import Doorbell
from seawright_shared.jobs.job import (
    Desired,
    Job,
    JobTimes,
    NewJob,
    Requeued,
    Settled,
    job_of,
)
from seawright_shared.jobs.states import compare_and_set
from seawright_shared.jobs.tables import JobTables
from seawright_shared.records.ids import NewId, new_id
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.stores.sql import Database

CANCELLED = StatusReason(code="cancelled", message="cancelled on request")


class JobQueue:
    """Jobs of one service. Every change is conditional on the state it changes.

    `settled` names, per kind, what else happens when the kit ends a job (see `Settled`), and
    `requeued` what else happens when a dead one is taken up again (see `Requeued`).
    """

    def __init__(
        self,
        database: Database,
        tables: JobTables,
        doorbell: Doorbell,
        *,
        times: JobTimes | None = None,
        settled: Mapping[str, Settled] | None = None,
        make_id: NewId = new_id,
        jitter: random.Random | None = None,
    ) -> None:
        self.database = database
        self.tables = tables
        self.doorbell = doorbell
        self.times = times or JobTimes()
        self.settled = dict(settled or {})
        self.requeued: dict[str, Requeued] = {}
        self.jitter = jitter or random.Random()  # noqa: S311
        self.outbox_written = asyncio.Event()
        """Set when a bell waits in the outbox; the relay clears it."""
        self.nudges: list[Callable[[], None]] = []
        """Called when the wish for a held job changed, so that its heart beats at once."""
        self.on_claimed: Callable[[Job], None] = lambda _: None
        self.on_lost: Callable[[str], None] = lambda _: None
        """Told of every job taken here, and of the kind of every lease lost here."""
        self._make_id = make_id

    async def enqueue(self, connection: AsyncConnection, job: NewJob) -> str:
        """Add a job in the caller's transaction and return its id; a known key adds nothing."""
        table = self.tables.jobs
        run_after = self.database.now(job.delay_seconds)
        deadline = job.deadline_seconds
        job_id = self._make_id("job")
        add = insert_sqlite if self.database.is_sqlite else insert_postgres
        statement = add(table).values(
            id=job_id,
            kind=job.kind,
            key=job.key,
            run_id=job.run_id,
            priority=job.priority,
            payload=dict(job.payload),
            status=JobStatus.QUEUED,
            desired="run",
            fence=0,
            attempt=0,
            num_failures=0,
            num_outages=0,
            max_attempts=job.max_attempts,
            run_after=run_after,
            belled_at=run_after,
            deadline_at=None if deadline is None else self.database.now(deadline),
            created_at=self.database.now(),
            updated_at=self.database.now(),
        )
        guarded = statement.on_conflict_do_nothing(index_elements=[table.c.key])
        if (await connection.execute(guarded)).rowcount == 1:
            await self.ring_later(connection, job.kind, job_id, run_after)
            return job_id
        known = select(table.c.id).where(table.c.key == job.key)
        return (await connection.execute(known)).scalar_one()

    async def ring_later(
        self,
        connection: AsyncConnection,
        kind: str,
        job_id: str,
        ring_at: ColumnElement[datetime] | datetime,
    ) -> None:
        """Put a bell into the outbox: the relay rings it after the commit."""
        values = {"kind": kind, "job_id": job_id, "ring_at": ring_at}
        await connection.execute(insert(self.tables.outbox).values(values))
        self.database.after_commit(connection, self.outbox_written.set)

    async def get(self, connection: AsyncConnection, job_id: str) -> Job:
        """Return a job."""
        table = self.tables.jobs
        row = (await connection.execute(select(table).where(table.c.id == job_id))).mappings()
        found = row.one_or_none()
        if found is None:
            raise NotFoundError(f"no job {job_id}", {"job_id": job_id})
        return job_of(found)

    async def of_run(self, connection: AsyncConnection, run_id: str) -> Sequence[Job]:
        """Return the jobs of a run, oldest first."""
        table = self.tables.jobs
        statement = select(table).where(table.c.run_id == run_id).order_by(table.c.created_at)
        return [job_of(row) for row in (await connection.execute(statement)).mappings()]

    async def depths(self, connection: AsyncConnection) -> dict[tuple[str, str], int]:
        """Return how many jobs there are by (kind, status)."""
        table = self.tables.jobs
        statement = select(table.c.kind, table.c.status, func.count()).group_by(
            table.c.kind, table.c.status
        )
        return {(kind, status): num for kind, status, num in await connection.execute(statement)}

    async def cancel(self, connection: AsyncConnection, job_id: str) -> JobStatus:
        """End a job: at once where nobody holds it, else by its worker. Repeating is harmless."""
        table = self.tables.jobs
        is_free = table.c.status.in_([JobStatus.QUEUED, JobStatus.PAUSED])
        ended = {
            "reason": CANCELLED.model_dump(mode="json"),
            "desired": "cancel",
            "updated_at": self.database.now(),
        }
        if await compare_and_set(
            connection, table, job_id, JobStatus.CANCELLED, ended, only=is_free
        ):
            await self.settle(connection, job_id)
            return JobStatus.CANCELLED
        wished = {"desired": "cancel", "updated_at": self.database.now()}
        if await compare_and_set(connection, table, job_id, JobStatus.CANCELLING, wished):
            self._nudge_after(connection)
        return (await self.get(connection, job_id)).status

    async def pause(self, connection: AsyncConnection, job_id: str) -> JobStatus:
        """Set a job aside: at once where nobody holds it, else its handler is asked to."""
        table = self.tables.jobs
        is_free = table.c.status == JobStatus.QUEUED
        wish = {"desired": "pause", "updated_at": self.database.now()}
        if await compare_and_set(connection, table, job_id, JobStatus.PAUSED, wish, only=is_free):
            return JobStatus.PAUSED
        await self._wish(connection, job_id, "pause")
        return (await self.get(connection, job_id)).status

    async def resume(self, connection: AsyncConnection, job_id: str) -> JobStatus:
        """Let a paused job run again, or take back the wish to pause it."""
        table = self.tables.jobs
        wish = {
            "desired": "run",
            "run_after": self.database.now(),
            "belled_at": self.database.now(),
            "updated_at": self.database.now(),
        }
        is_paused = table.c.status == JobStatus.PAUSED
        if await compare_and_set(connection, table, job_id, JobStatus.QUEUED, wish, only=is_paused):
            job = await self.get(connection, job_id)
            await self.ring_later(connection, job.kind, job_id, self.database.now())
            return JobStatus.QUEUED
        await self._wish(connection, job_id, "run")
        return (await self.get(connection, job_id)).status

    async def requeue(self, connection: AsyncConnection, job_id: str) -> JobStatus:
        """Give a dead job all its attempts again; `ConflictError` where it is not dead."""
        table = self.tables.jobs
        fresh = {
            "desired": "run",
            "num_failures": 0,
            "num_outages": 0,
            "reason": None,
            "deadline_at": None,
            "run_after": self.database.now(),
            "belled_at": self.database.now(),
            "updated_at": self.database.now(),
        }
        is_dead = table.c.status == JobStatus.FAILED
        if not await compare_and_set(
            connection, table, job_id, JobStatus.QUEUED, fresh, only=is_dead
        ):
            job = await self.get(connection, job_id)
            raise ConflictError(
                f"only a failed job can be requeued; this one is {job.status.value}",
                {"job_id": job_id, "status": job.status.value},
            )
        letters = self.tables.dead_letters
        await connection.execute(
            update(letters)
            .where(letters.c.job_id == job_id, letters.c.requeued_at.is_(None))
            .values(requeued_at=self.database.now())
        )
        job = await self.get(connection, job_id)
        await self.ring_later(connection, job.kind, job_id, self.database.now())
        if (requeued := self.requeued.get(job.kind)) is not None:
            await requeued(connection, job)
        return JobStatus.QUEUED

    async def settle(self, connection: AsyncConnection, job_id: str) -> None:
        """Tell the kind's `settled` that the kit ended the job."""
        job = await self.get(connection, job_id)
        if (settled := self.settled.get(job.kind)) is not None:
            await settled(connection, job)

    async def _wish(self, connection: AsyncConnection, job_id: str, desired: Desired) -> None:
        table = self.tables.jobs
        await connection.execute(
            update(table)
            .where(table.c.id == job_id, table.c.status == JobStatus.RUNNING)
            .values(desired=desired, updated_at=self.database.now())
        )
        self._nudge_after(connection)

    def _nudge_after(self, connection: AsyncConnection) -> None:
        for nudge in self.nudges:
            self.database.after_commit(connection, nudge)
