"""The sweeper: finds jobs that nobody holds any more and bells that nobody heard."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from structlog.stdlib import get_logger

from seawright_shared.jobs.job import Failure, FailureClass, job_of
from seawright_shared.jobs.leases import Leases
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.rounds import Rounds
from seawright_shared.jobs.states import HELD
from seawright_shared.records.jobs import JobStatus

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one sweep found."""

    num_lost: int
    num_late: int
    num_rung: int


LOST = Failure(
    failure_class=FailureClass.LOST,
    code="lost",
    message="the worker fell silent and its lease ran out",
)
LATE = Failure(
    failure_class=FailureClass.DEADLINE,
    code="deadline-exceeded",
    message="the job was not finished by its deadline",
)


class Sweeper:
    """Makes the queue whole again after any crash, of a worker or of Redis; any number may run."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._database = queue.database
        self._jobs = queue.tables.jobs
        self._leases = Leases(queue)

    async def sweep(self) -> Sweep:
        """Fail what was lost or is late, ring for what waits unheard."""
        table, now = self._jobs, self._database.now
        is_lost = table.c.status.in_(HELD) & (table.c.lease_until < now())
        is_open = table.c.status.in_([JobStatus.QUEUED, JobStatus.PAUSED, *HELD])
        found = Sweep(
            num_lost=await self._fail(is_lost, LOST),
            num_late=await self._fail(is_open & (table.c.deadline_at < now()), LATE),
            num_rung=await self._ring(),
        )
        if found != Sweep(num_lost=0, num_late=0, num_rung=0):
            get_logger().info(
                "jobs.swept", lost=found.num_lost, late=found.num_late, rung=found.num_rung
            )
        return found

    async def serve(self) -> None:
        """Sweep from time to time until cancelled."""
        await Rounds("sweeper", self._queue.times.sweep).run(self.sweep)

    async def _fail(self, condition: ColumnElement[bool], failure: Failure) -> int:
        table = self._jobs
        chosen = select(table).where(condition).order_by(table.c.id).limit(BATCH)
        async with self._database.reading() as connection:
            if (await connection.execute(chosen.limit(1))).first() is None:
                return 0
        async with self._database.transaction() as connection:
            locked = await connection.execute(chosen.with_for_update(skip_locked=True))
            jobs = [job_of(row) for row in locked.mappings()]
            for job in jobs:
                # The fence moves on, so that a zombie's completion finds no row.
                fence = (table.c.fence == job.fence) & (table.c.status == job.status)
                await connection.execute(
                    update(table).where(table.c.id == job.id, fence).values(fence=job.fence + 1)
                )
                only = table.c.fence == job.fence + 1
                await self._leases.fail_row(connection, job, failure, only)
        return len(jobs)

    async def _ring(self) -> int:
        """Ring for due jobs whose last bell is old: it was lost, or its hearer died."""
        table, rebell = self._jobs, self._queue.times.rebell
        is_unheard = (
            (table.c.status == JobStatus.QUEUED)
            & (table.c.run_after < self._database.now(-rebell))
            & (table.c.belled_at < self._database.now(-rebell))
        )
        chosen = select(table.c.id, table.c.kind).where(is_unheard).order_by(table.c.belled_at)
        async with self._database.reading() as connection:
            if (await connection.execute(chosen.limit(1))).first() is None:
                return 0
        async with self._database.transaction() as connection:
            locked = await connection.execute(chosen.limit(BATCH).with_for_update(skip_locked=True))
            rows = locked.mappings().all()
            for row in rows:
                now = self._database.now()
                await self._queue.ring_later(connection, row["kind"], row["id"], now)
            ids = [row["id"] for row in rows]
            await connection.execute(
                update(table).where(table.c.id.in_(ids)).values(belled_at=self._database.now())
            )
        return len(rows)
