"""Every committed job is done once, whatever the bells do."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from seawright_shared.jobs import Bell, JobContext, JobTimes, NewJob
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
from tests.support.servers import RedisServer


async def test_committed_jobs_are_done_once_each(house: House):
    async with house.kit() as kit, kit.serving({"work": store_result}, concurrency=4):
        await house.enqueue(kit, *[NewJob(kind="work", payload={"n": n}) for n in range(30)])

        async def all_done() -> bool:
            async with kit.database.reading() as connection:
                return await kit.queue.depths(connection) == {("work", "succeeded"): 30}

        await eventually(all_done)
    assert await house.num_results() == 30


async def test_a_job_rolled_back_with_its_transaction_never_was(house: House):
    async with house.kit() as kit:

        async def change_my_mind() -> None:
            async with kit.database.transaction() as connection:
                await kit.queue.enqueue(connection, NewJob(kind="work"))
                raise RuntimeError("changed my mind")

        with pytest.raises(RuntimeError, match="changed my mind"):
            await change_my_mind()
        assert await kit.relay.pump() == 0
        assert await kit.run_until_idle({"work": store_result}) == 0


async def test_fifty_concurrent_creates_with_one_key_are_one_job(house: House):
    async with house.kit() as kit:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(house.enqueue(kit, NewJob(kind="work", key="only", payload={})))
                for _ in range(50)
            ]
        assert len({task.result()[0] for task in tasks}) == 1
        async with kit.database.reading() as connection:
            bells = (await connection.execute(select(JOBS.outbox))).all()
        assert len(bells) == 1
        assert await kit.run_until_idle({"work": store_result}) == 1
    assert await house.num_results() == 1


async def test_many_workers_never_take_one_job_twice(house: House):
    async with house.kit() as one, house.kit() as two:
        await house.enqueue(one, *[NewJob(kind="work") for _ in range(40)])
        async with asyncio.TaskGroup() as group:
            group.create_task(one.run_until_idle({"work": store_result}, concurrency=5))
            group.create_task(two.run_until_idle({"work": store_result}, concurrency=5))
    assert await house.num_results() == 40


async def test_duplicate_bells_are_absorbed(house: House):
    async with house.kit() as kit, kit.serving({"work": store_result}, concurrency=3):
        ids = await house.enqueue(kit, *[NewJob(kind="work") for _ in range(10)])
        for _ in range(3):
            await kit.doorbell.ring([Bell(kind="work", job_id=job_id) for job_id in ids])
        for job_id in ids:
            job = await house.until(kit, job_id, JobStatus.SUCCEEDED)
            assert (job.attempt, job.num_failures) == (1, 0)
    assert await house.num_results() == 10


async def test_a_bell_for_nothing_wakes_nobody_up_for_long(house: House):
    async with house.kit() as kit, kit.serving({"work": store_result}):
        await kit.doorbell.ring([Bell(kind="work", job_id="job_that_never_was")])
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await house.until(kit, job_id, JobStatus.SUCCEEDED)


async def test_a_higher_priority_goes_first(house: House):
    done: list[object] = []

    async def note(context: JobContext) -> None:
        done.append(context.payload["name"])

    async with house.kit() as kit:
        await house.enqueue(
            kit,
            NewJob(kind="work", payload={"name": "first"}),
            NewJob(kind="work", payload={"name": "second"}),
            NewJob(kind="work", payload={"name": "urgent"}, priority=5),
        )
        await kit.run_until_idle({"work": note}, concurrency=1)
    assert done == ["urgent", "first", "second"]


async def test_the_sweeper_rings_for_jobs_whose_bell_was_lost(house: House):
    slow = JobTimes(lease=2.0, poll=0.2, rebell=0.0)
    async with house.kit(slow) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        assert await kit.relay.pump() == 1
        lost = await kit.doorbell.wait(["work"], limit=10, timeout_seconds=1.0)
        lost = lost or await kit.doorbell.wait(["work"], limit=10, timeout_seconds=1.0)
        assert [bell.job_id for bell in lost] == [job_id]
        assert (await kit.sweeper.sweep()).num_rung == 1
        assert await kit.relay.pump() == 1
        again = await kit.doorbell.wait(["work"], limit=10, timeout_seconds=1.0)
        assert [bell.job_id for bell in again] == [job_id]


@pytest.mark.postgres
@pytest.mark.redis
async def test_flushall_of_redis_loses_no_job(cluster: House, redis_server: RedisServer):
    # Only bells wake this worker: it looks by itself after a minute.
    deaf = JobTimes(lease=5.0, beat=0.1, poll=0.5, relay=0.05, sweep=0.1, rebell=0.3)
    gate, started = asyncio.Event(), asyncio.Event()
    async with cluster.kit(deaf) as kit:
        ids = await cluster.enqueue(kit, *[NewJob(kind="work") for _ in range(20)])
        assert await kit.relay.pump() == 20
        redis_server.flush()
        async with kit.serving({"work": gated(gate, started)}, concurrency=4):
            await soon(started)
            # Once more, with jobs held, jobs waiting and a worker listening.
            redis_server.flush()
            gate.set()
            ids += await cluster.enqueue(kit, NewJob(kind="work"))
            for job_id in ids:
                await cluster.until(kit, job_id, JobStatus.SUCCEEDED)
    assert await cluster.num_results() == 21


@pytest.mark.postgres
@pytest.mark.redis
async def test_jobs_are_accepted_and_done_while_redis_is_down(postgres_url: str, tmp_path: Path):
    redis = RedisServer(folder=tmp_path).start()
    async for house in open_house(postgres_url, redis.url):
        async with house.kit(QUICK) as kit, kit.serving({"work": store_result}):
            redis.stop()
            (during,) = await house.enqueue(kit, NewJob(kind="work"))
            await house.until(kit, during, JobStatus.SUCCEEDED)
            redis.start()
            (after,) = await house.enqueue(kit, NewJob(kind="work"))
            await house.until(kit, after, JobStatus.SUCCEEDED)

            async def outbox_is_empty() -> bool:
                async with kit.database.reading() as connection:
                    return (await connection.execute(select(JOBS.outbox))).first() is None

            await eventually(outbox_is_empty)
    redis.stop()
