"""How a job ends, or does not: failures, cancellation, pauses, dead letters."""

import asyncio

import pytest
from sqlalchemy import MetaData, select

from seawright_shared.errors import ConflictError, NotFoundError, UnavailableError
from seawright_shared.jobs import Job, JobContext, JobKit, JobTables, JobTimes, Leases, NewJob
from seawright_shared.records.jobs import JobStatus
from tests.integration.jobs.house import JOBS, House, eventually, gated, soon, store_result

NOW_AGAIN = JobTimes(lease=5.0, beat=0.1, poll=0.1, relay=0.05, sweep=0.1, backoff=0.0)


async def crash(context: JobContext) -> None:
    """Fail in a way nobody foresaw."""
    raise KeyError("no such thing")


async def letters(kit: JobKit) -> list[tuple[str, str, int]]:
    """Return the dead letters: job, class, attempt."""
    table = JOBS.dead_letters
    async with kit.database.reading() as connection:
        rows = await connection.execute(
            select(table.c.job_id, table.c.failure_class, table.c.attempt)
        )
        return [(row.job_id, row.failure_class, row.attempt) for row in rows]


async def test_poison_is_a_dead_letter_after_three_attempts_and_harms_no_neighbour(house: House):
    async with house.kit(NOW_AGAIN) as kit:
        (bad,) = await house.enqueue(kit, NewJob(kind="bad"))
        good = await house.enqueue(kit, *[NewJob(kind="good") for _ in range(5)])
        num = await kit.run_until_idle({"bad": crash, "good": store_result}, concurrency=3)
        assert num == 3 + 5
        job = await house.job(kit, bad)
        assert (job.status, job.attempt, job.num_failures) == (JobStatus.FAILED, 3, 3)
        assert job.reason is not None
        assert "no such thing" in job.reason.message
        assert await letters(kit) == [(bad, "poison", 3)]
        for job_id in good:
            assert (await house.job(kit, job_id)).status is JobStatus.SUCCEEDED


async def test_a_dead_letter_can_be_taken_up_again_once_mended(house: House):
    async with house.kit(NOW_AGAIN) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": crash})
        async with kit.database.transaction() as connection:
            assert await kit.queue.requeue(connection, job_id) is JobStatus.QUEUED
        assert await kit.run_until_idle({"work": store_result}) == 1
        assert (await house.job(kit, job_id)).status is JobStatus.SUCCEEDED
        with pytest.raises(ConflictError):
            async with kit.database.transaction() as connection:
                await kit.queue.requeue(connection, job_id)
    assert await house.num_results(job_id) == 1


async def test_a_refused_request_is_not_repeated(house: House):
    async def refuse(context: JobContext) -> None:
        raise NotFoundError("no dataset ds_1")

    async with house.kit(NOW_AGAIN) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        assert await kit.run_until_idle({"work": refuse}) == 1
        assert await letters(kit) == [(job_id, "refused", 1)]


async def test_an_outage_of_a_peer_counts_as_no_attempt(house: House):
    num_outages = 7

    async def stumble(context: JobContext) -> None:
        if context.job.attempt <= num_outages:
            raise UnavailableError("the policy cannot be reached")
        await store_result(context)

    async with house.kit(NOW_AGAIN) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": stumble})
        job = await house.job(kit, job_id)
    assert (job.status, job.num_failures, job.num_outages) == (
        JobStatus.SUCCEEDED,
        0,
        num_outages,
    )


async def test_a_retry_waits_longer_each_time(house: House):
    times = JobTimes(backoff=100.0, max_backoff=250.0)
    async with house.kit(times) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work", max_attempts=5))
        assert await kit.run_until_idle({"work": crash}) == 1
        job = await house.job(kit, job_id)
        waited = (job.run_after - job.updated_at).total_seconds()
        assert job.status is JobStatus.QUEUED
        assert 49 < waited < 101
        assert await kit.run_until_idle({"work": crash}) == 0


async def test_a_waiting_job_is_cancelled_at_once_and_told_to_its_service(house: House):
    told: list[Job] = []

    async def settled(_: object, job: Job) -> None:
        told.append(job)

    async with house.kit(settled={"work": settled}) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work", run_id="run_1"))
        for _ in range(2):
            async with kit.database.transaction() as connection:
                assert await kit.queue.cancel(connection, job_id) is JobStatus.CANCELLED
        assert await kit.run_until_idle({"work": store_result}) == 0
    assert [(job.run_id, job.status) for job in told] == [("run_1", JobStatus.CANCELLED)]


async def test_a_running_job_is_cancelled_from_another_process(house: House):
    started, told = asyncio.Event(), asyncio.Event()

    async def settled(_: object, job: Job) -> None:
        assert job.status is JobStatus.CANCELLED
        told.set()

    async with (
        house.kit(settled={"work": settled}) as kit,
        house.kit() as other,
        kit.serving({"work": gated(asyncio.Event(), started)}),
    ):
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await soon(started)
        async with other.database.transaction() as connection:
            assert await other.queue.cancel(connection, job_id) is JobStatus.CANCELLING
        await soon(told)
        await house.until(kit, job_id, JobStatus.CANCELLED)
    assert await house.num_results() == 0


async def test_a_job_pauses_where_it_can_and_resumes_from_there(house: House):
    steps: list[int] = []
    started = asyncio.Event()

    async def walk(context: JobContext) -> None:
        if not resumed.is_set():
            steps.append(len(steps))
            started.set()
            await context.unwanted()
            assert context.pause_wanted
            async with context.database.transaction() as connection:
                await context.pause(connection)
            return
        steps.append(len(steps))
        await store_result(context)

    resumed = asyncio.Event()
    async with house.kit() as kit, kit.serving({"work": walk}):
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await soon(started)
        async with kit.database.transaction() as connection:
            await kit.queue.pause(connection, job_id)
        await house.until(kit, job_id, JobStatus.PAUSED)
        resumed.set()
        async with kit.database.transaction() as connection:
            assert await kit.queue.resume(connection, job_id) is JobStatus.QUEUED
        job = await house.until(kit, job_id, JobStatus.SUCCEEDED)
    assert job.attempt == 2
    assert steps == [0, 1]


async def test_a_late_job_that_never_started_is_failed(house: House):
    async with house.kit() as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work", deadline_seconds=-1.0))
        assert (await kit.sweeper.sweep()).num_late == 1
        job = await house.job(kit, job_id)
    assert job.status is JobStatus.FAILED


async def test_a_worker_that_dies_with_the_job_every_time_makes_a_dead_letter(house: House):
    async with house.kit(JobTimes(lease=0.0, backoff=0.0)) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))

        async def is_dead() -> bool:
            # A claim that is never followed by a heartbeat.
            await Leases(kit.queue).claim("doomed", ["work"], limit=1)
            await kit.sweeper.sweep()
            return (await house.job(kit, job_id)).status is JobStatus.FAILED

        await eventually(is_dead)
        assert await letters(kit) == [(job_id, "lost", 3)]


async def test_events_of_a_run_are_numbered_without_holes_under_concurrency(house: House):
    async with house.kit() as kit:

        async def append(n: int) -> None:
            async with kit.database.transaction() as connection:
                await kit.events.append(connection, "run_1", "step.done", {"n": n})

        seen: list[int] = []

        async def follow() -> None:
            events = kit.events.follow("run_1")
            seen.extend([event.sequence async for event in events if event is not None])

        async with asyncio.TaskGroup() as group:
            group.create_task(follow())
            async with asyncio.TaskGroup() as writers:
                for n in range(30):
                    writers.create_task(append(n))
            async with kit.database.transaction() as connection:
                await kit.events.append(connection, "run_1", "run.succeeded")
        assert seen == list(range(1, 32))
        assert [event.sequence for event in await kit.events.read("run_1", 29)] == [30, 31]


def test_the_tables_belong_to_the_metadata_they_are_given():
    metadata = MetaData(schema="orchestrator")
    tables = JobTables(metadata)
    assert tables.jobs.schema == "orchestrator"
    assert {table.name for table in metadata.tables.values()} == {
        "jobs",
        "outbox",
        "run_counters",
        "run_events",
        "dead_letters",
        "idempotency_keys",
    }
