"""Redis only rings: without it, full, or with bells lost and doubled, work goes on."""

import asyncio
import time
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from seawright_shared.jobs import Bell
from tests.faults.conftest import Measured
from tests.faults.proxy import Fault, FaultyProxy
from tests.faults.yard import Yard, open_yard, when
from tests.integration.jobs.house import JOBS
from tests.support.servers import RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


async def num_unrung(yard: Yard) -> int:
    """Return how many bells wait in the outbox."""
    async with yard.house.database.reading() as connection:
        found = await connection.execute(select(func.count()).select_from(JOBS.outbox))
        return int(found.scalar_one())


async def all_rung(yard: Yard) -> None:
    async def are() -> bool:
        return await num_unrung(yard) == 0

    await when(are)


async def without_redis(
    url: str, redis: RedisServer, folder: Path, seconds: float
) -> tuple[Yard, float]:
    """Flush Redis, stop it for a while under load, and return when all is done; the slowest ask."""
    slowest = 0.0
    async with open_yard(url, redis.url, folder) as yard:
        for _ in range(2):
            yard.worker()
        await yard.ask(20, seconds=0.1)
        redis.flush()
        await yard.ask(20, seconds=0.1)
        redis.stop()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            await yard.ask(2, seconds=0.1)
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(0.5)
        await yard.over(within=60)
        assert await num_unrung(yard) > 0
        redis.start()
        await yard.ask(5)
        await yard.over()
        await all_rung(yard)
        assert await yard.broken() == []
        return yard, slowest


@pytest.mark.drills(3)
async def test_without_redis_jobs_are_accepted_and_done(
    postgres_url: str, own_redis: RedisServer, tmp_path: Path, measured: Measured
):
    _, slowest = await without_redis(postgres_url, own_redis, tmp_path, 3.0)
    measured(f"flushed, then down 3 s: 0 lost, slowest create {slowest * 1000:.0f} ms")
    assert slowest < 2.0


@pytest.mark.drills(3)
async def test_a_minute_without_redis_loses_nothing(
    postgres_url: str, own_redis: RedisServer, tmp_path: Path, measured: Measured
):
    yard, slowest = await without_redis(postgres_url, own_redis, tmp_path, 60.0)
    num = len({fact.id for fact in yard.history.read()})
    measured(f"down 60 s: {num} jobs, 0 lost or doubled, slowest create {slowest * 1000:.0f} ms")
    assert slowest < 2.0


@pytest.mark.drills(3)
@pytest.mark.parametrize("fault", [Fault.STALL, Fault.HALF_OPEN, Fault.RESET])
async def test_a_line_to_redis_that_fails_in_silence_delays_and_loses_nothing(
    postgres_url: str, redis_server: RedisServer, tmp_path: Path, fault: Fault, measured: Measured
):
    redis_server.flush()
    async with FaultyProxy(redis_server.port).open() as proxy:
        url = f"redis://127.0.0.1:{proxy.port}/0"
        async with open_yard(postgres_url, url, tmp_path) as yard:
            yard.worker()
            await yard.ask(5)
            await yard.over()
            proxy.suffer(fault)
            began = time.monotonic()
            await yard.ask(10)
            if fault is Fault.RESET:
                await yard.over()
            else:
                await asyncio.sleep(2.0)
            proxy.heal()
            await yard.over()
            await all_rung(yard)
            measured(f"{fault.value}: 10 jobs done {time.monotonic() - began:.1f} s after it began")
            assert await yard.broken() == []


@pytest.mark.drills(4)
async def test_lost_and_resurrected_bells_change_nothing(
    yard: Yard, redis_url: str, measured: Measured
):
    async with Redis.from_url(redis_url) as redis:
        ids = await yard.ask(20, seconds=0.05)
        await all_rung(yard)
        stream = "seawright:trainer:bells:work"
        # What a promoted replica has not seen: the newest entries are gone, ...
        found = cast("list[tuple[bytes, object]]", await redis.xrevrange(stream, count=10))
        await redis.xdel(stream, *[key for key, _ in found])
        yard.worker()
        await yard.over()
        # ... and what it saw but not its end: old entries are there again.
        await yard.kit.doorbell.ring([Bell(kind="work", job_id=one) for one in ids[:10]])
        await yard.ask(5)
        await yard.over()
    attempts = await yard.attempts()
    measured("10 of 20 bells lost, 10 rung again after their end: every job once, at attempt 1")
    assert set(attempts.values()) == {(1, 0)}
    assert await yard.broken() == []


@pytest.mark.drills(6)
async def test_bells_delivered_three_times_do_every_job_once(yard: Yard, measured: Measured):
    for _ in range(2):
        yard.worker()
    ids = await yard.ask(50, seconds=0.02)
    for _ in range(2):
        await yard.kit.doorbell.ring([Bell(kind="work", job_id=one) for one in ids])
    await yard.over()
    logs = "".join(worker.log.read_text() for worker in yard.workers)
    measured(f"150 bells, 50 jobs: {await yard.house.num_results()} results, 0 leases lost")
    assert set((await yard.attempts()).values()) == {(1, 0)}
    assert "lease.lost" not in logs
    assert await yard.broken() == []


@pytest.mark.drills(29)
async def test_a_full_redis_keeps_bells_in_the_outbox(
    postgres_url: str, own_redis: RedisServer, tmp_path: Path, measured: Measured
):
    async with (
        Redis.from_url(own_redis.url) as redis,
        open_yard(postgres_url, own_redis.url, tmp_path) as yard,
    ):
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.config_set("maxmemory", "1")
        yard.worker()
        await yard.ask(20)
        await yard.over()
        num_waiting = await num_unrung(yard)
        assert num_waiting > 0, "Redis was not full"
        await redis.config_set("maxmemory", "0")
        await all_rung(yard)
        measured(f"20 jobs done by polling, {num_waiting} bells kept and rung when there was room")
        assert await yard.broken() == []
