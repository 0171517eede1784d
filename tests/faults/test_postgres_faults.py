"""PostgreSQL is the truth: while it is away nothing is promised, and nothing is forgotten."""

import asyncio
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.e2e.embedded_process import free_port
from tests.e2e.service_processes import ServiceProcess
from tests.faults.conftest import Measured
from tests.faults.proxy import Fault, FaultyProxy
from tests.faults.yard import LEASE_SECONDS, open_yard
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
GONE_SECONDS = 30.0


def orchestrator(database_url: str, redis_url: str | None, folder: Path) -> ServiceProcess:
    """Return an orchestrator that is not started; it has no peers."""
    settings = {"DATABASE_URL": database_url, "BLOB_DIR": str(folder / "blobs"), "NUM_WORKERS": "2"}
    if redis_url:
        settings["REDIS_URL"] = redis_url
    return ServiceProcess("orchestrator", free_port(), settings, folder / "orchestrator.log")


@pytest.mark.drills(5)
async def test_work_held_in_memory_outlives_a_restart_of_postgres(
    own_postgres: PostgresServer, redis_url: str, tmp_path: Path, measured: Measured
):
    url = await asyncio.to_thread(own_postgres.create_database, "yard")
    async with open_yard(url, redis_url, tmp_path) as yard:
        yard.worker()
        await yard.ask(20, seconds=0.5 * LEASE_SECONDS)
        await yard.over(but=16)
        await asyncio.to_thread(own_postgres.stop)
        await asyncio.to_thread(own_postgres.start)
        await yard.ask(5)
        await yard.over()
        again = sum(attempt > 1 for attempt, _ in (await yard.attempts()).values())
        measured(f"restart under load: 25 jobs, 0 lost or doubled, {again} taken up again")
        assert await yard.broken() == []


@pytest.mark.drills(5)
async def test_half_a_minute_without_postgres_is_said_and_survived(
    own_postgres: PostgresServer, redis_url: str, tmp_path: Path, measured: Measured
):
    url = await asyncio.to_thread(own_postgres.create_database, "yard")
    api_url = await asyncio.to_thread(own_postgres.create_database, "api")
    service = orchestrator(api_url, redis_url, tmp_path)
    service.launch()
    await service.ready()
    try:
        async with (
            open_yard(url, redis_url, tmp_path) as yard,
            httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=40) as client,
        ):
            yard.worker()
            await yard.ask(40, seconds=0.5)
            await yard.over(but=30)
            await asyncio.to_thread(own_postgres.stop)
            statuses: Counter[int] = Counter()
            until = time.monotonic() + GONE_SECONDS
            while time.monotonic() < until:
                answer = await client.get("/v1/synthesis-runs")
                statuses[answer.status_code] += 1
                assert answer.headers.get("retry-after")
                assert answer.json()["code"] == "unavailable"
                await asyncio.sleep(0.5)
            assert set(statuses) == {503}
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/livez")).status_code == 200
            await asyncio.to_thread(own_postgres.start)
            began = time.monotonic()
            await service.ready()
            await yard.over()
            measured(
                f"down {GONE_SECONDS:.0f} s: {statuses[503]} of {statuses.total()} answers 503 with"
                f" Retry-After; all done {time.monotonic() - began:.1f} s after its return"
            )
            assert (await client.get("/v1/synthesis-runs")).status_code == 200
            assert await yard.broken() == []
    finally:
        service.stop()
    assert "Traceback" not in service.log.read_text()


@pytest.mark.drills(25)
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.STALL, Fault.HALF_OPEN])
async def test_a_worker_parted_from_the_database_loses_its_lease_and_nothing_else(
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    postgres_url: str,
    redis_url: str,
    tmp_path: Path,
    fault: Fault,
    measured: Measured,
):
    async with (
        FaultyProxy(postgres_server.port).open() as proxy,
        open_yard(postgres_url, redis_url, tmp_path) as yard,
    ):
        parted = postgres_url.replace(f":{postgres_server.port}/", f":{proxy.port}/")
        yard.worker(url=parted)
        await yard.ask(10, seconds=1.0)
        await yard.over(but=8)
        proxy.suffer(fault)
        yard.worker()
        await yard.over(within=60)
        await asyncio.sleep(10)
        proxy.heal()
        began = time.monotonic()
        yard.workers[1].stop()
        await yard.ask(5)
        await yard.over(within=60)
        measured(
            f"database, {fault.value}: others went on; it works {time.monotonic() - began:.1f} s"
            " after healing"
        )
        assert await yard.broken() == []
