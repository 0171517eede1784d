"""How many jobs a second are claimed and finished, and how fast the orchestrator accepts work.

    python deploy/bench/jobs.py [--jobs 5000] [--workers 16] [--rate 200] [--seconds 15] [--watchers 2000]

On a PostgreSQL and a Redis of its own. Jobs are claimed and finished singly, each in its own
transactions with lease and fence. Creates go to an orchestrator process, at a steady rate,
whether or not the earlier ones were answered; then watchers follow one run's events.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from seawright_shared.jobs import JobKit, Leases, NewJob
from seawright_shared.stores.sql import Database, Pool
from tests.e2e.embedded_process import free_port
from tests.e2e.service_processes import ServiceProcess
from tests.integration.jobs.house import JOBS, METADATA
from tests.support.servers import PostgresServer, RedisServer

SPEC = {
    "domain": "retail",
    "database": {"domain": "retail", "seed": 5, "num_customers": 60},
    "num_streams": 1,
    "num_iterations": 1,
}


async def claim_and_finish(url: str, *, num_jobs: int, num_workers: int) -> float:
    """Return jobs per second, each claimed alone and finished alone."""
    pool = Pool(size=num_workers, overflow=num_workers)
    database = Database(url, "trainer", pool=pool)
    await database.create_tables(METADATA)
    kit = JobKit.open(database, JOBS, service="trainer")
    for _ in range(0, num_jobs, 500):
        async with database.transaction() as connection:
            for _ in range(500):
                await kit.queue.enqueue(connection, NewJob(kind="work"))
    leases, num_done = Leases(kit.queue), 0

    async def work(name: str) -> None:
        nonlocal num_done
        while claimed := await leases.claim(name, ["work"], limit=1):
            async with database.transaction() as connection:
                await leases.finish(connection, claimed[0])
            num_done += 1

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(num_workers):
            group.create_task(work(f"worker-{number}"))
    seconds = time.perf_counter() - began
    await kit.aclose()
    await database.aclose()
    assert num_done >= num_jobs, f"{num_done} of {num_jobs} jobs done"
    return num_done / seconds


@asynccontextmanager
async def orchestrator(
    folder: Path, postgres: PostgresServer, redis: RedisServer
) -> AsyncGenerator[httpx.AsyncClient]:
    """Yield a client of an orchestrator that works on nothing, before a real environment."""
    logs = {name: folder / f"{name}.log" for name in ("environment", "orchestrator")}
    environment = ServiceProcess("environment", free_port(), {}, logs["environment"])
    settings = {
        "DATABASE_URL": postgres.create_database("creates"),
        "REDIS_URL": redis.url,
        "BLOB_DIR": str(folder / "blobs"),
        "ENVIRONMENT_URL": environment.url,
        "NUM_WORKERS": "0",
    }
    service = ServiceProcess("orchestrator", free_port(), settings, logs["orchestrator"])
    try:
        for one in (environment, service):
            one.launch()
        for one in (environment, service):
            await one.ready()
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
        async with httpx.AsyncClient(
            base_url=service.url, trust_env=False, timeout=60, limits=limits
        ) as client:
            yield client
    finally:
        service.stop()
        environment.stop()


async def create(client: httpx.AsyncClient, key: str) -> tuple[float, str]:
    """Create a run; return the seconds it took, and its id."""
    began = time.perf_counter()
    answer = await client.post("/v1/synthesis-runs", json=SPEC, headers={"idempotency-key": key})
    answer.raise_for_status()
    return time.perf_counter() - began, str(answer.json()["id"])


async def creates(client: httpx.AsyncClient, *, rate: float, seconds: float) -> list[float]:
    """Return how long creates took that were sent at a steady rate, sorted."""
    took: list[float] = []
    refused: list[str] = []

    async def one(number: int) -> None:
        try:
            took.append((await create(client, f"create-{rate}-{number}"))[0])
        except httpx.HTTPStatusError as error:
            refused.append(error.response.text[:200])

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            group.create_task(one(number))
    if refused:
        tell(num_refused=len(refused), first_refusal=refused[0])
    return sorted(took)


async def watch(client: httpx.AsyncClient, num: int) -> tuple[int, float]:
    """Open so many watchers of one run, end it, and return how many heard it, and how soon."""
    _, run_id = await create(client, "watched")
    path = f"/v1/synthesis-runs/{run_id}/events"
    heard: list[float] = []
    host, port = client.base_url.host, client.base_url.port
    asked = f"GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n\r\n".encode()
    is_open, num_open = asyncio.Event(), 0

    async def follow() -> None:
        nonlocal num_open
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(asked)
        await reader.readuntil(b"\r\n\r\n")
        num_open += 1
        if num_open == num:
            is_open.set()
        while line := await reader.readline():
            if b"run.cancelled" in line:
                heard.append(time.perf_counter())
                break
        writer.close()

    async with asyncio.timeout(180), asyncio.TaskGroup() as group:
        for number in range(num):
            group.create_task(follow())
            if number % 100 == 99:
                await asyncio.sleep(0.1)
        await is_open.wait()
        began = time.perf_counter()
        (await client.post(f"/v1/synthesis-runs/{run_id}/cancel")).raise_for_status()
    return len(heard), max(heard) - began


def tell(**figures: object) -> None:
    """Print figures as soon as they are known, with the load they were taken under."""
    load = [round(each, 1) for each in os.getloadavg()]
    print(json.dumps({**figures, "load": load, "cores": os.cpu_count()}), flush=True)


async def main(given: argparse.Namespace, folder: Path) -> None:
    """Measure and print."""
    postgres = PostgresServer(folder=folder / "postgres").start()
    redis = RedisServer(folder=folder).start()
    try:
        database = postgres.create_database("jobs")
        jobs = await claim_and_finish(database, num_jobs=given.jobs, num_workers=given.workers)
        tell(jobs_per_second=round(jobs), num_jobs=given.jobs)
        if given.only_jobs:
            return
        async with orchestrator(folder, postgres, redis) as client:
            await creates(client, rate=20, seconds=1)
            took = await creates(client, rate=given.rate, seconds=given.seconds)
            p50, p99 = (round(took[int(len(took) * at)] * 1000, 1) for at in (0.5, 0.99))
            tell(create_p50_ms=p50, create_p99_ms=p99, num_creates=len(took), rate=given.rate)
            num_heard, last = await watch(client, given.watchers)
            tell(watchers=given.watchers, heard=num_heard, last_heard_seconds=round(last, 2))
    finally:
        redis.stop()
        postgres.stop()


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--watchers", type=int, default=2000)
    parser.add_argument("--only-jobs", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="seawright-bench-") as name:
        Path(name).chmod(0o755)
        (Path(name) / "postgres").mkdir()
        asyncio.run(main(arguments(), Path(name)))
