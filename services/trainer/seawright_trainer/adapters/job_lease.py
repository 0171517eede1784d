"""The hold on a run that a claimed job gives: each way out moves job and run together."""

from pydantic import JsonValue
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import Failure, FailureClass
from seawright_shared.jobs.states import compare_and_set
from seawright_shared.records.jobs import JobStatus
from seawright_trainer.adapters.run_rows import run_row, run_state
from seawright_trainer.adapters.tables import training_runs
from seawright_trainer.core.training_runs import RunState


class JobLease:
    """One claim of one job; the job's fence keeps a lost claim from writing."""

    def __init__(self, context: JobContext, events: EventLog) -> None:
        self._context = context
        self._events = events
        self._database = context.database

    async def start_attempt(self, run_id: str) -> RunState:
        """Count one more attempt and fence all earlier ones off."""
        async with self._database.transaction() as connection:
            await self._context.check(connection)
            row = await run_row(connection, run_id, is_locked=True)
            if row["status"] != JobStatus.RUNNING:
                await compare_and_set(connection, training_runs, run_id, JobStatus.RUNNING)
            started = update(training_runs).where(training_runs.c.id == run_id)
            await connection.execute(
                started.values(
                    attempt=training_runs.c.attempt + 1,
                    phase="launching",
                    updated_at=self._database.now(),
                )
            )
            said: dict[str, JsonValue] = {"attempt": row["attempt"] + 1}
            await self._events.append(connection, run_id, "attempt.started", said)
            fresh = await run_row(connection, run_id)
            return await run_state(connection, fresh)

    async def succeed(self, run_id: str) -> None:
        """The run is done."""
        async with self._database.transaction() as connection:
            await self._context.finish(connection)
            await self._end(connection, run_id, JobStatus.SUCCEEDED)

    async def pause(self, run_id: str) -> None:
        """The run is set aside until somebody resumes it."""
        async with self._database.transaction() as connection:
            await self._context.pause(connection)
            await self._end(connection, run_id, JobStatus.PAUSED)

    async def fail(self, run_id: str, *, code: str, message: str) -> None:
        """The run failed for good; the kit's `settled` moves its row."""
        del run_id
        failure = Failure(failure_class=FailureClass.REFUSED, code=code, message=message)
        async with self._database.transaction() as connection:
            await self._context.fail(connection, failure)

    async def _end(self, connection: AsyncConnection, run_id: str, status: JobStatus) -> None:
        values = {"phase": "", "desired": "run", "updated_at": self._database.now()}
        await compare_and_set(connection, training_runs, run_id, status, values)
        await self._events.append(connection, run_id, f"run.{status.value}")
