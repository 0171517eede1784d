"""The SQL of a job's life never leaves the transition table, whatever order things come in."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData

from seawright_shared.jobs import (
    Failure,
    FailureClass,
    Job,
    JobQueue,
    JobTables,
    JobTimes,
    Leases,
    LostLeaseError,
    MemoryDoorbell,
    NewJob,
    Sweeper,
    may_follow,
)
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.sql import Database

METADATA = MetaData(schema="trainer")
JOBS = JobTables(METADATA)
POISON = Failure(failure_class=FailureClass.POISON, code="poison", message="no")
STEPS = st.sampled_from(
    [
        "claim",
        "beat",
        "finish",
        "fail",
        "hand_back",
        "set_aside",
        "cancel",
        "pause",
        "resume",
        "sweep",
        "time",
    ]
)


class Story:
    """One job, every attempt that ever held it, and the states it went through."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.queue = JobQueue(
            database,
            JOBS,
            MemoryDoorbell(),
            times=JobTimes(lease=10.0, backoff=1.0),
            jitter=random.Random(7),
        )
        self.leases = Leases(self.queue)
        self.claims: list[Job] = []
        self.num_finished = 0

    async def take(self, step: str, pick: int) -> None:
        """Do one step; those of a worker come from any attempt, the zombies' too."""
        if step == "claim":
            self.claims.extend(await self.leases.claim("w", ["work"], limit=1))
        elif step == "sweep":
            await Sweeper(self.queue).sweep()
        elif step in {"cancel", "pause", "resume"}:
            async with self.database.transaction() as connection:
                await getattr(self.queue, step)(connection, self.job_id)
        elif self.claims:
            await self.work(step, self.claims[pick % len(self.claims)])

    async def work(self, step: str, job: Job) -> None:
        """Do what a worker does; only the attempt that holds the job may."""
        before = await self.now()
        is_holder = before.fence == job.fence and before.status in {
            JobStatus.RUNNING,
            JobStatus.CANCELLING,
        }
        try:
            async with self.database.transaction() as connection:
                match step:
                    case "beat":
                        assert (await self.leases.beat(connection, job) is not None) == is_holder
                        return
                    case "finish":
                        await self.leases.finish(connection, job)
                        self.num_finished += 1
                    case "fail":
                        await self.leases.fail(connection, job, POISON)
                    case "hand_back":
                        await self.leases.hand_back(connection, job)
                    case _:
                        await self.leases.pause(connection, job)
            assert is_holder
        except LostLeaseError:
            assert await self.now() == before

    async def now(self) -> Job:
        """Return the job as it is."""
        async with self.database.reading() as connection:
            return await self.queue.get(connection, self.job_id)

    async def begin(self) -> None:
        """Enqueue the job."""
        async with self.database.transaction() as connection:
            self.job_id = await self.queue.enqueue(connection, NewJob(kind="work"))


async def play(folder: Path, steps: list[tuple[str, int]]) -> None:
    """Play a story and check every step of it."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    (folder / "jobs.db").unlink(missing_ok=True)
    database = Database(
        f"sqlite+aiosqlite:///{folder / 'jobs.db'}", "trainer", clock=lambda: moment
    )
    await database.create_tables(METADATA)
    story = Story(database)
    await story.begin()
    last = await story.now()
    for step, pick in steps:
        if step == "time":
            moment += timedelta(seconds=6)
            continue
        await story.take(step, pick)
        job = await story.now()
        assert job.status is last.status or may_follow(last.status, job.status)
        assert job.fence >= last.fence
        assert job.num_failures <= job.max_attempts
        assert story.num_finished == (job.status is JobStatus.SUCCEEDED)
        last = job
    await database.aclose()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 5)), max_size=25))
def test_any_story_of_a_job_keeps_to_the_table_and_the_fence(
    steps: list[tuple[str, int]], tmp_path: Path
):
    asyncio.run(play(tmp_path, steps))
