"""No accepted job is lost, and none is done twice, whoever dies or sleeps."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from seawright_shared.jobs import (
    Job,
    JobContext,
    JobTimes,
    Leases,
    LostLeaseError,
    NewJob,
)
from seawright_shared.records.jobs import JobStatus
from tests.integration.jobs.house import (
    JOBS,
    QUICK,
    House,
    eventually,
    gated,
    open_house,
    soon,
    store_result,
)
from tests.integration.jobs.victim import TIMES
from tests.support.servers import PostgresServer

ROOT = Path(__file__).parents[3]
SHORT = JobTimes(lease=0.2, beat=0.05, poll=0.1, relay=0.05, sweep=0.1, backoff=0.01)


@asynccontextmanager
async def victim(house: House) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Yield a worker process that holds the first job it is given."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.jobs.victim",
        house.url,
        house.redis_url or "",
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def took(process: asyncio.subprocess.Process) -> str:
    """Return the id of the job the process took."""
    assert process.stdout is not None
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def test_a_job_whose_worker_was_killed_is_finished_by_another(house: House):
    async with house.kit(TIMES) as kit, victim(house) as process:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        assert await took(process) == job_id
        process.send_signal(signal.SIGKILL)
        await process.wait()
        async with kit.serving({"work": store_result}):
            job = await house.until(kit, job_id, JobStatus.SUCCEEDED)
    assert (job.attempt, job.num_failures) == (2, 1)
    assert await house.num_results(job_id) == 1


async def test_a_sleeping_worker_finds_its_job_gone_when_it_wakes(house: House):
    async with house.kit(TIMES) as kit, victim(house) as process:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        assert await took(process) == job_id
        process.send_signal(signal.SIGSTOP)
        async with kit.serving({"work": store_result}):
            job = await house.until(kit, job_id, JobStatus.SUCCEEDED)
            process.send_signal(signal.SIGCONT)
            # It is alive and well, takes the next job, and did nothing to the first one.
        (other,) = await house.enqueue(kit, NewJob(kind="work"))
        assert await took(process) == other
        assert await house.job(kit, job_id) == job
    assert await house.num_results(job_id) == 1


async def test_a_zombie_completion_is_refused_with_all_its_results(house: House):
    async with house.kit(SHORT) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        leases = Leases(kit.queue)
        (zombie,) = await leases.claim("zombie", ["work"], limit=1)

        async def was_swept() -> bool:
            return (await kit.sweeper.sweep()).num_lost == 1

        await eventually(was_swept)
        (heir,) = await _claimed(leases)
        assert (heir.id, heir.attempt) == (job_id, 2)
        context = JobContext(kit.queue, leases, zombie)
        with pytest.raises(LostLeaseError):
            await store_result(context)
        assert await house.num_results() == 0
        for way_out in (leases.hand_back, leases.pause):
            with pytest.raises(LostLeaseError):
                async with kit.database.transaction() as connection:
                    await way_out(connection, zombie)
        async with kit.database.transaction() as connection:
            assert await leases.beat(connection, zombie) is None
        await store_result(JobContext(kit.queue, leases, heir))
    assert await house.num_results() == 1


async def _claimed(leases: Leases) -> list[Job]:
    found: list[Job] = []

    async def came() -> bool:
        found.extend(await leases.claim("heir", ["work"], limit=1))
        return bool(found)

    await eventually(came)
    return found


async def test_a_busy_event_loop_loses_no_lease(house: House):
    times = JobTimes(lease=1.0, beat=0.1, poll=0.2, relay=0.1, sweep=0.1)

    async def busy(context: JobContext) -> None:
        time.sleep(2.0)  # noqa: ASYNC251  the very thing a loop should not do
        await store_result(context)

    async with house.kit(times) as kit, house.kit(times) as other:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        async with other.serving({"other": store_result}), kit.serving({"work": busy}):
            job = await house.until(kit, job_id, JobStatus.SUCCEEDED)
    assert (job.attempt, job.num_failures) == (1, 0)


async def test_a_worker_stops_work_whose_lease_it_lost(house: House):
    started, stopped = asyncio.Event(), asyncio.Event()

    async def endless(context: JobContext) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            if context.is_lost:
                stopped.set()

    async with house.kit() as kit, kit.serving({"work": endless}):
        await house.enqueue(kit, NewJob(kind="work"))
        await soon(started)
        async with kit.database.transaction() as connection:
            # As when another worker took it over.
            await connection.execute(update(JOBS.jobs).values(fence=JOBS.jobs.c.fence + 1))
        await soon(stopped)


async def test_work_past_its_deadline_is_stopped_and_failed(house: House):
    stopped = asyncio.Event()

    async def endless(context: JobContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with house.kit() as kit, kit.serving({"work": endless}):
        (job_id,) = await house.enqueue(kit, NewJob(kind="work", deadline_seconds=3.0))
        job = await house.until(kit, job_id, JobStatus.FAILED)
        assert job.reason is not None
        assert (job.reason.code, job.attempt) == ("deadline-exceeded", 1)
        await soon(stopped)


async def test_a_shutdown_hands_unfinished_jobs_back_uncounted(house: House):
    gate, started = asyncio.Event(), asyncio.Event()
    async with house.kit() as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        async with kit.serving({"work": gated(gate, started)}):
            await soon(started)
        job = await house.job(kit, job_id)
        assert (job.status, job.num_failures, job.worker) == (JobStatus.QUEUED, 0, None)
        assert await kit.run_until_idle({"work": store_result}) == 1
    assert await house.num_results(job_id) == 1


async def test_a_shutdown_lets_a_job_end_that_ends_soon(house: House):
    gate, started = asyncio.Event(), asyncio.Event()
    async with house.kit(JobTimes(poll=0.1, relay=0.05, beat=0.1, grace=10)) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        async with kit.serving({"work": gated(gate, started)}) as worker:
            await soon(started)
            worker.stop()
            gate.set()
        assert (await house.job(kit, job_id)).status is JobStatus.SUCCEEDED


@pytest.mark.postgres
async def test_work_survives_a_restart_of_postgres(server_folder: Path):
    server = PostgresServer(folder=server_folder).start()
    gate, started = asyncio.Event(), asyncio.Event()
    async for house in open_house(server.create_database("house"), None):
        async with house.kit(QUICK) as kit:
            (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
            async with kit.serving({"work": gated(gate, started)}):
                await soon(started)
                server.stop()
                server.start()
                gate.set()
                await house.until(kit, job_id, JobStatus.SUCCEEDED)
        assert await house.num_results(job_id) == 1
    server.stop()


async def test_results_stored_beside_a_lost_finish_are_undone(house: House):
    async with house.kit() as kit:
        await house.enqueue(kit, NewJob(kind="work"))
        leases = Leases(kit.queue)
        (job,) = await leases.claim("one", ["work"], limit=1)
        async with kit.database.transaction() as connection:
            await leases.finish(connection, job)
        with pytest.raises(LostLeaseError):
            await store_result(JobContext(kit.queue, leases, job))
    assert await house.num_results() == 0
