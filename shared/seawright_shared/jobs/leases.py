"""The workers' side of the queue: claim, heartbeat, and the fenced ways a job leaves a worker."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue
from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.job import (
    Desired,
    Failure,
    FailureClass,
    Job,
    JobTimes,
    LostLeaseError,
    job_of,
)
from seawright_shared.jobs.queue import CANCELLED, JobQueue
from seawright_shared.jobs.states import HELD, compare_and_set, may_follow
from seawright_shared.records.jobs import JobStatus, StatusReason

MAX_OUTAGES = 100
"""Patience with infrastructure: at a minute each, longer than most outages."""
COUNTED = frozenset({FailureClass.TRANSIENT, FailureClass.POISON, FailureClass.LOST})


class Leases:
    """What a worker may do with jobs of a queue. All but `claim` needs the job's fence."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._database = queue.database
        self._tables = queue.tables
        self._times: JobTimes = queue.times
        # On PostgreSQL, whose own clock is asked: writing the SQL anew costs more than running it.
        self._claims: dict[tuple[tuple[str, ...], int], Executable] = {}
        self._leavings: dict[tuple[JobStatus, tuple[str, ...]], Update] = {}

    async def claim(self, worker: str, kinds: Sequence[str], *, limit: int) -> Sequence[Job]:
        """Take up to `limit` due jobs, highest priority first, oldest first; never one twice."""
        if self._database.is_sqlite and not await self.is_due(kinds):
            # Looking must not take the one write lock: a poll would hold up other writers.
            return []
        key = (tuple(kinds), limit)
        if (statement := self._claims.get(key)) is None:
            statement = self._claim(kinds, limit)
            if not self._database.is_sqlite:
                self._claims[key] = statement
        async with self._database.single() as connection:
            rows = (await connection.execute(statement, {"its_worker": worker})).mappings().all()
        # Rows of an UPDATE come in any order.
        rows = sorted(rows, key=lambda row: (-row["priority"], row["run_after"], row["id"]))
        return [job_of(row) for row in rows]

    async def is_due(self, kinds: Sequence[str]) -> bool:
        """Return whether a job waits to be claimed, be its row locked for the moment or not."""
        async with self._database.reading() as connection:
            return (await connection.execute(self._due(kinds).limit(1))).first() is not None

    async def beat(self, connection: AsyncConnection, job: Job) -> Desired | None:
        """Extend the lease and return what is wanted; None where the lease is lost."""
        table = self._tables.jobs
        statement = (
            update(table)
            .where(self._is_ours(job))
            .values(lease_until=self._database.now(self._times.lease))
            .returning(table.c.desired)
        )
        return cast("Desired | None", (await connection.execute(statement)).scalar_one_or_none())

    async def was_left(self, connection: AsyncConnection, job: Job) -> bool:
        """Return whether this attempt itself ended or gave back the job, and nobody took it since.

        Whoever else takes a job from an attempt moves its fence on.
        """
        table = self._tables.jobs
        is_left = (table.c.fence == job.fence) & table.c.status.not_in(HELD)
        found = select(table.c.id).where(table.c.id == job.id, is_left)
        return (await connection.execute(found)).first() is not None

    async def keep(self, connection: AsyncConnection, job: Job) -> Desired:
        """As `beat`, and raise `LostLeaseError` where the lease is lost."""
        desired = await self.beat(connection, job)
        if desired is None:
            raise _lost(job)
        return desired

    async def finish(
        self, connection: AsyncConnection, job: Job, result: Mapping[str, JsonValue] | None = None
    ) -> None:
        """End the job well, in the transaction of its results; `LostLeaseError` undoes both."""
        values = {"result": None if result is None else dict(result), "reason": None}
        await self._leave(connection, job, JobStatus.SUCCEEDED, values)

    async def pause(self, connection: AsyncConnection, job: Job) -> None:
        """Set the job aside, in the transaction that stored how far it came."""
        await self._leave(connection, job, JobStatus.PAUSED, {"desired": "pause"})

    async def end_cancelled(self, connection: AsyncConnection, job: Job) -> None:
        """End the job as cancelled, as it was wished."""
        reason = {"reason": CANCELLED.model_dump(mode="json")}
        await self._leave(connection, job, JobStatus.CANCELLED, reason)
        await self._queue.settle(connection, job.id)

    async def hand_back(self, connection: AsyncConnection, job: Job) -> None:
        """Let another worker have the job at once; nothing is counted against it."""
        now = self._database.now()
        values = {"run_after": now, "belled_at": now}
        await self._move(connection, job, JobStatus.QUEUED, values, self._is_ours(job))
        await self._queue.ring_later(connection, job.kind, job.id, now)

    async def fail(self, connection: AsyncConnection, job: Job, failure: Failure) -> JobStatus:
        """Count a failed attempt: retry it later, or bury the job. Returns its status after."""
        table = self._tables.jobs
        statement = select(table).where(self._is_ours(job)).with_for_update()
        row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise _lost(job)
        return await self.fail_row(connection, job_of(row), failure, self._is_ours(job))

    async def fail_row(
        self, connection: AsyncConnection, job: Job, failure: Failure, only: ColumnElement[bool]
    ) -> JobStatus:
        """As `fail`, for a row the caller has locked under the condition `only`."""
        is_counted = failure.failure_class in COUNTED
        num_failures = job.num_failures + is_counted
        num_outages = job.num_outages + (failure.failure_class is FailureClass.INFRA)
        is_over = num_failures >= job.max_attempts or num_outages > MAX_OUTAGES
        is_final = failure.failure_class in {FailureClass.REFUSED, FailureClass.DEADLINE}
        counts = {"num_failures": num_failures, "num_outages": num_outages}
        if job.status is JobStatus.CANCELLING:
            await self._move(connection, job, JobStatus.CANCELLED, _reason(CANCELLED), only)
            await self._queue.settle(connection, job.id)
            return JobStatus.CANCELLED
        if is_over or is_final:
            reason = StatusReason(code=failure.code, message=failure.message)
            await self._move(connection, job, JobStatus.FAILED, {**counts, **_reason(reason)}, only)
            await self._bury(connection, job, failure)
            await self._queue.settle(connection, job.id)
            return JobStatus.FAILED
        reason = StatusReason(code=failure.code, message=failure.message, retryable=True)
        later = self._database.now(self._backoff(num_failures + num_outages))
        values = {**counts, **_reason(reason), "run_after": later, "belled_at": later}
        await self._move(connection, job, JobStatus.QUEUED, values, only)
        await self._queue.ring_later(connection, job.kind, job.id, later)
        return JobStatus.QUEUED

    def _claim(self, kinds: Sequence[str], limit: int) -> Executable:
        table = self._tables.jobs
        due = self._due(kinds).limit(limit).with_for_update(skip_locked=True).cte("due")
        return (
            update(table)
            .where(table.c.id == due.c.id, table.c.status == JobStatus.QUEUED)
            .values(
                status=JobStatus.RUNNING,
                fence=table.c.fence + 1,
                attempt=table.c.attempt + 1,
                worker=bindparam("its_worker"),
                lease_until=self._database.now(self._times.lease),
                updated_at=self._database.now(),
            )
            .returning(table)
        )

    def _due(self, kinds: Sequence[str]) -> Select[str]:
        table = self._tables.jobs
        return (
            select(table.c.id)
            .where(
                table.c.status == JobStatus.QUEUED,
                table.c.kind.in_(kinds),
                table.c.run_after <= self._database.now(),
            )
            .order_by(table.c.priority.desc(), table.c.run_after, table.c.id)
        )

    def _backoff(self, num_tries: int) -> float:
        """Return the wait before the next attempt: doubling, jittered, capped."""
        ceiling = min(self._times.max_backoff, self._times.backoff * 2.0 ** min(num_tries - 1, 20))
        return ceiling * self._queue.jitter.uniform(0.5, 1.0)

    def _is_ours(self, job: Job) -> ColumnElement[bool]:
        table = self._tables.jobs
        return (table.c.id == job.id) & (table.c.fence == job.fence) & table.c.status.in_(HELD)

    async def _leave(
        self,
        connection: AsyncConnection,
        job: Job,
        target: JobStatus,
        values: Mapping[str, object],
    ) -> None:
        key = (target, tuple(values))
        if (statement := self._leavings.get(key)) is None:
            statement = self._leaving(target, tuple(values))
            if not self._database.is_sqlite:
                self._leavings[key] = statement
        given = {"its_id": job.id, "its_fence": job.fence}
        given |= {f"its_{name}": value for name, value in values.items()}
        if (await connection.execute(statement, given)).rowcount != 1:
            raise _lost(job)

    def _leaving(self, target: JobStatus, names: Sequence[str]) -> Update:
        table = self._tables.jobs
        held = [status for status in HELD if may_follow(status, target)]
        return (
            update(table)
            .where(
                table.c.id == bindparam("its_id"),
                table.c.fence == bindparam("its_fence"),
                table.c.status.in_(held),
            )
            .values({"status": target, **self._freed()})
            .values({name: bindparam(f"its_{name}", type_=table.c[name].type) for name in names})
        )

    def _freed(self) -> Mapping[str, object]:
        return {"worker": None, "lease_until": None, "updated_at": self._database.now()}

    async def _move(
        self,
        connection: AsyncConnection,
        job: Job,
        target: JobStatus,
        values: Mapping[str, object],
        only: ColumnElement[bool],
    ) -> None:
        freed = {**self._freed(), **values}
        table = self._tables.jobs
        if not await compare_and_set(connection, table, job.id, target, freed, only=only):
            raise _lost(job)

    async def _bury(self, connection: AsyncConnection, job: Job, failure: Failure) -> None:
        letter = {
            "job_id": job.id,
            "kind": job.kind,
            "payload": job.payload,
            "failure_class": failure.failure_class,
            "message": failure.message,
            "attempt": job.attempt,
            "at": self._database.now(),
        }
        await connection.execute(insert(self._tables.dead_letters).values(letter))


def _reason(reason: StatusReason) -> Mapping[str, object]:
    return {"reason": reason.model_dump(mode="json")}


def _lost(job: Job) -> LostLeaseError:
    return LostLeaseError(
        f"attempt {job.attempt} no longer holds job {job.id}",
        {"job_id": job.id, "fence": job.fence},
    )
