"""Training runs in SQL: their rows, attempts and wishes."""

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import JsonValue
from sqlalchemy import RowMapping, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import ConflictError
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import Job, NewJob
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.states import compare_and_set
from seawright_shared.records.ids import NewId, new_id
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import TrainingSpec
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.run_rows import held_row, run_row, run_state
from seawright_trainer.adapters.tables import (
    checkpoints,
    rollout_groups,
    training_runs,
    training_steps,
)
from seawright_trainer.core.training_runs import Desired, RunState
from seawright_trainer.core.user_gate import UserCheck

JOB_KIND = "training-run"
MAX_JOB_ATTEMPTS = 10
"""Of the supervisor, which dies with its process; the ranks' attempts are counted apart."""


class SqlRuns:
    """The runs' rows, and the jobs that supervise them, changed together."""

    def __init__(
        self, database: Database, queue: JobQueue, events: EventLog, *, make_id: NewId = new_id
    ) -> None:
        self._database = database
        self._queue = queue
        self._events = events
        self._make_id = make_id

    async def create(
        self, connection: AsyncConnection, spec: TrainingSpec, check: UserCheck | None = None
    ) -> TrainingRun:
        """Write the run, its job and its first event, in the caller's transaction."""
        run_id = self._make_id("trun")
        job = NewJob(
            kind=JOB_KIND,
            payload={"run_id": run_id},
            key=run_id,
            run_id=run_id,
            max_attempts=MAX_JOB_ATTEMPTS,
        )
        job_id = await self._queue.enqueue(connection, job)
        values = {
            "id": run_id,
            "job_id": job_id,
            "status": JobStatus.QUEUED,
            "spec": spec.model_dump(mode="json"),
            "desired": "run",
            "attempt": 0,
            "begun_attempt": 0,
            "num_failures": 0,
            "step": 0,
            "version": 0,
            "phase": "queued",
            "group_cursor": 0,
            "num_flat_groups": 0,
            "created_at": self._database.now(),
            "updated_at": self._database.now(),
        }
        await connection.execute(insert(training_runs).values(values))
        await self._events.append(connection, run_id, "run.queued", {"kind": spec.kind})
        if check is not None and check.decision != "not_needed":
            await self._events.append(connection, run_id, "user.checked", asdict(check))
        return (await self._state(connection, run_id)).shown

    async def load(self, run_id: str) -> RunState:
        """Return the run, or raise `NotFoundError`."""
        async with self._database.reading() as connection:
            return await self._state(connection, run_id)

    async def cancel(self, run_id: str) -> TrainingRun:
        """End the run for good: at once, or by its supervisor. Repeating is harmless."""
        async with self._database.transaction() as connection:
            row = await run_row(connection, run_id, is_locked=True)
            if JobStatus(row["status"]).is_final:
                if row["status"] != JobStatus.CANCELLED:
                    raise ConflictError(f"the run has already {row['status']}")
            elif await self._queue.cancel(connection, row["job_id"]) is JobStatus.CANCELLING:
                await compare_and_set(connection, training_runs, run_id, JobStatus.CANCELLING)
            return (await self._state(connection, run_id)).shown

    async def pause(self, run_id: str) -> TrainingRun:
        """Set the run aside: at once where it is queued, else after a checkpoint."""
        async with self._database.transaction() as connection:
            row = await self._unfinished(connection, run_id)
            if await self._queue.pause(connection, row["job_id"]) is JobStatus.PAUSED:
                await self._set(connection, run_id, status=JobStatus.PAUSED, desired="run")
            else:
                await self._wish(connection, run_id, "pause")
            return (await self._state(connection, run_id)).shown

    async def resume(self, run_id: str) -> TrainingRun:
        """Continue a paused or failed run with all its attempts again."""
        async with self._database.transaction() as connection:
            row = await run_row(connection, run_id, is_locked=True)
            status = JobStatus(row["status"])
            if status in {JobStatus.SUCCEEDED, JobStatus.CANCELLED, JobStatus.CANCELLING}:
                raise ConflictError(f"a run that is {status.value} cannot be resumed")
            await self._wish(connection, run_id, "run")
            if status is JobStatus.FAILED:
                await self._queue.requeue(connection, row["job_id"])
            else:
                await self._queue.resume(connection, row["job_id"])
            if status is JobStatus.PAUSED:
                await self._revive(connection, run_id)
            return (await self._state(connection, run_id)).shown

    async def want_checkpoint(self, run_id: str) -> TrainingRun:
        """Ask for a checkpoint after the step the run is in."""
        async with self._database.transaction() as connection:
            row = await self._unfinished(connection, run_id)
            if row["status"] != JobStatus.RUNNING:
                raise ConflictError(f"a run that is {row['status']} has nothing to checkpoint")
            await self._wish(connection, run_id, "checkpoint")
            return (await self._state(connection, run_id)).shown

    async def begin_attempt(self, run_id: str, attempt: int, *, step: int, version: int) -> None:
        """The attempt resumed after `step`: later steps are rolled back, their episodes stay."""
        async with self._database.transaction() as connection:
            row = await held_row(connection, run_id, attempt)
            if row["begun_attempt"] == attempt:
                return
            assert step <= row["step"], "resumed from a step that was never reported"
            for table in (training_steps, checkpoints):
                lost = (
                    update(table)
                    .where(table.c.training_run_id == run_id, table.c.step > step)
                    .where(table.c.rolled_back_by.is_(None))
                    .values(rolled_back_by=attempt)
                )
                await connection.execute(lost)
            freed = (
                update(rollout_groups)
                .where(
                    rollout_groups.c.training_run_id == run_id,
                    rollout_groups.c.state == "handed",
                )
                .values(state="ready", attempt=None, step=None)
            )
            await connection.execute(freed)
            await self._set(connection, run_id, begun_attempt=attempt, step=step, version=version)
            begun: dict[str, JsonValue] = {
                "attempt": attempt,
                "step": step,
                "rolled_back_steps": row["step"] - step,
            }
            await self._events.append(connection, run_id, "attempt.begun", begun)

    async def count_failure(self, run_id: str, attempt: int, message: str) -> int:
        """Record that the attempt failed; return how many did."""
        async with self._database.transaction() as connection:
            row = await held_row(connection, run_id, attempt)
            num_failures = int(row["num_failures"]) + 1
            await self._set(connection, run_id, num_failures=num_failures, phase="restarting")
            failed: dict[str, JsonValue] = {"attempt": attempt, "message": message}
            await self._events.append(connection, run_id, "attempt.failed", failed)
            return num_failures

    async def note(self, run_id: str, event: str, payload: Mapping[str, JsonValue]) -> None:
        """Append an event for people to see."""
        async with self._database.transaction() as connection:
            await self._events.append(connection, run_id, event, payload)

    async def remember_stream(self, run_id: str, stream_id: str) -> None:
        """Keep the rollout stream that was opened."""
        async with self._database.transaction() as connection:
            await self._set(connection, run_id, stream_id=stream_id)

    async def remember_rendering(
        self, run_id: str, reference: str, counts: Mapping[str, int]
    ) -> None:
        """Keep the blob of the rendered dataset, and what was dropped of it."""
        async with self._database.transaction() as connection:
            await self._set(connection, run_id, rendering=reference)
            await self._events.append(connection, run_id, "dataset.rendered", dict(counts))

    async def settle_checkpoint_wish(self, run_id: str) -> None:
        """The wish for a checkpoint is met."""
        async with self._database.transaction() as connection:
            statement = (
                update(training_runs)
                .where(training_runs.c.id == run_id, training_runs.c.desired == "checkpoint")
                .values(desired="run")
            )
            await connection.execute(statement)

    async def settled(self, connection: AsyncConnection, job: Job) -> None:
        """Follow a job that the kit ended: the run ends with it."""
        assert job.run_id is not None
        reason = None if job.reason is None else job.reason.model_dump(mode="json")
        values = {"status_reason": reason, "phase": "", "updated_at": self._database.now()}
        if await compare_and_set(connection, training_runs, job.run_id, job.status, values):
            event = f"run.{job.status.value}"
            await self._events.append(connection, job.run_id, event, {"reason": reason})

    async def requeued(self, connection: AsyncConnection, job: Job) -> None:
        """Follow a dead job that was taken up again: its run goes on, with all attempts again."""
        assert job.run_id is not None
        row = await run_row(connection, job.run_id, is_locked=True)
        if row["status"] == JobStatus.FAILED:
            await self._revive(connection, job.run_id)

    async def _revive(self, connection: AsyncConnection, run_id: str) -> None:
        await self._set(
            connection,
            run_id,
            status=JobStatus.QUEUED,
            status_reason=None,
            desired="run",
            num_failures=0,
            num_flat_groups=0,
            phase="queued",
        )
        await self._events.append(connection, run_id, "run.resumed")

    async def _state(self, connection: AsyncConnection, run_id: str) -> RunState:
        row = await run_row(connection, run_id)
        return await run_state(connection, row)

    async def _unfinished(self, connection: AsyncConnection, run_id: str) -> RowMapping:
        row = await run_row(connection, run_id, is_locked=True)
        if JobStatus(row["status"]).is_final or row["status"] == JobStatus.CANCELLING:
            raise ConflictError(f"the run is {row['status']}", {"training_run_id": run_id})
        return row

    async def _wish(self, connection: AsyncConnection, run_id: str, desired: Desired) -> None:
        await self._set(connection, run_id, desired=desired)

    async def _set(self, connection: AsyncConnection, run_id: str, **values: object) -> None:
        statement = update(training_runs).where(training_runs.c.id == run_id)
        await connection.execute(statement.values({**values, "updated_at": self._database.now()}))
