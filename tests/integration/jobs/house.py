"""One service's jobs on a real database: what the job kit's integration tests stand on."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from seawright_shared.jobs import (
    Handler,
    Job,
    JobContext,
    JobKit,
    JobTables,
    JobTimes,
    NewJob,
    Settled,
)
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.sql import Database

METADATA = MetaData(schema="trainer")
JOBS = JobTables(METADATA)
RESULTS = Table(
    "results",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(100), nullable=False),
    Column("attempt", Integer, nullable=False),
)
"""Each finished job leaves one row; nothing but the kit keeps a second one out."""
QUICK = JobTimes(
    lease=2.0, beat=0.1, poll=0.2, relay=0.05, sweep=0.1, rebell=0.5, backoff=0.05, grace=0.2
)
WITHIN_SECONDS = 20.0


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when the condition holds; fail when it does not within the time."""
    async with asyncio.timeout(WITHIN_SECONDS):
        # The condition lies in a database: there is nothing to wait on.
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def soon(event: asyncio.Event) -> None:
    """Return when the event is set; fail when it is not within the time."""
    async with asyncio.timeout(WITHIN_SECONDS):
        await event.wait()


@dataclass(frozen=True, kw_only=True)
class House:
    """A database with the kit's tables, and how to open kits on it as processes would."""

    url: str
    redis_url: str | None
    database: Database

    @asynccontextmanager
    async def kit(
        self, times: JobTimes = QUICK, settled: dict[str, Settled] | None = None
    ) -> AsyncGenerator[JobKit]:
        """Yield a kit of its own engine and doorbell, as another process has."""
        database = Database(self.url, "trainer")
        kit = JobKit.open(
            database, JOBS, self.redis_url, service="trainer", times=times, settled=settled
        )
        try:
            yield kit
        finally:
            await kit.aclose()
            await database.aclose()

    async def enqueue(self, kit: JobKit, *jobs: NewJob) -> list[str]:
        """Commit jobs and return their ids."""
        async with kit.database.transaction() as connection:
            return [await kit.queue.enqueue(connection, job) for job in jobs]

    async def job(self, kit: JobKit, job_id: str) -> Job:
        """Return a job as it is now."""
        async with kit.database.reading() as connection:
            return await kit.queue.get(connection, job_id)

    async def num_results(self, job_id: str | None = None) -> int:
        """Return how many results there are, of one job or of all."""
        statement = select(func.count()).select_from(RESULTS)
        if job_id is not None:
            statement = statement.where(RESULTS.c.job_id == job_id)
        async with self.database.reading() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def until(self, kit: JobKit, job_id: str, status: JobStatus) -> Job:
        """Wait until the job is in a state."""

        async def arrived() -> bool:
            return (await self.job(kit, job_id)).status is status

        await eventually(arrived)
        return await self.job(kit, job_id)


async def store_result(context: JobContext) -> None:
    """Store one result and finish, in one transaction: what most handlers end with."""
    async with context.database.transaction() as connection:
        row = {"job_id": context.job.id, "attempt": context.job.attempt}
        await connection.execute(insert(RESULTS).values(row))
        await context.finish(connection)


def gated(gate: asyncio.Event, started: asyncio.Event) -> Handler:
    """Return a handler that says it started, waits at the gate, then stores its result."""

    async def handle(context: JobContext) -> None:
        started.set()
        await gate.wait()
        await store_result(context)

    return handle


async def open_house(url: str, redis_url: str | None) -> AsyncGenerator[House]:
    """Yield an empty house; for fixtures."""
    database = Database(url, "trainer")
    await database.create_tables(METADATA)
    yield House(url=url, redis_url=redis_url, database=database)
    await database.aclose()
