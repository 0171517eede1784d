"""A thousand watchers, and clients that never end their request, beside somebody who reads."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from tests.faults.conftest import Measured
from tests.faults.station import Station, opened
from tests.faults.yard import when
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
NUM_WATCHERS, NUM_SLOW = 1000, 50
WAVE = 50
"""Watchers that come at once."""
NUM_READS = 500
SMALLEST_LIMIT = 0.05
"""Seconds; where reads take a few milliseconds, twice that is noise."""
MOST_IDLE_CPU = 0.2
"""Of a processor, that all the watchers together may take."""
WITHIN = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A service and a run on it."""

    station: Station
    run_id: str

    @property
    def path(self) -> str:
        """The run's."""
        return f"/v1/synthesis-runs/{self.run_id}"

    async def seconds_of_a_read(self) -> float:
        """Read the run and return how long that took."""
        began = time.monotonic()
        (await self.station.client.get(self.path)).raise_for_status()
        return time.monotonic() - began


@pytest.fixture(scope="module")
async def doors(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> AsyncGenerator[tuple[Door, Door]]:
    """Yield two equal services that do no work: one to be watched, one to compare with."""
    async with AsyncExitStack() as stack:
        made: list[Door] = []
        for name in ("watched", "quiet"):
            folder = tmp_path_factory.mktemp(name)
            station = await stack.enter_async_context(
                opened(postgres_server, redis_server, folder, NUM_WORKERS="0")
            )
            answer = await station.create(name)
            assert answer.status_code == 202, answer.text
            made.append(Door(station=station, run_id=answer.json()["id"]))
        yield made[0], made[1]


async def watching(door: Door) -> asyncio.StreamWriter:
    """Return an open watcher. One that is told to come later does."""
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.station.service.port)
        writer.write(f"GET {door.path}/events HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " in head.splitlines()[0]:
            return writer
        assert " 503 " in head.splitlines()[0], head
        writer.close()
        wait = next(line for line in head.splitlines() if line.startswith("retry-after:"))
        await asyncio.sleep(float(wait.partition(":")[2]))


async def gathered(door: Door) -> list[asyncio.StreamWriter]:
    """Return all watchers, each of which was let in, and the slow ones."""
    tasks: list[asyncio.Task[asyncio.StreamWriter]] = []
    for _ in range(NUM_WATCHERS // WAVE):
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(watching(door)) for _ in range(WAVE)]
    writers = [task.result() for task in tasks]
    for _ in range(NUM_SLOW):
        _, writer = await asyncio.open_connection("127.0.0.1", door.station.service.port)
        writer.write(f"GET {door.path} HTTP/1.1\r\nhost: x\r\n".encode())
        writers.append(writer)
    return writers


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.99) - 1]


@pytest.mark.drills(14)
@pytest.mark.timeout(900)
async def test_a_thousand_watchers_and_slow_clients_slow_nobody_down(
    doors: tuple[Door, Door], measured: Measured
):
    watched, quiet = doors
    num_before = watched.station.num_files()
    async with asyncio.timeout(WITHIN):
        writers = await gathered(watched)
    assert watched.station.num_files() >= num_before + NUM_WATCHERS
    began, cpu_before = time.monotonic(), watched.station.cpu_seconds()
    await asyncio.sleep(10)
    idle_cpu = (watched.station.cpu_seconds() - cpu_before) / (time.monotonic() - began)
    # One read here, one read there: whatever else this machine does slows both.
    beside: list[float] = []
    usual: list[float] = []
    for _ in range(NUM_READS):
        beside.append(await watched.seconds_of_a_read())
        usual.append(await quiet.seconds_of_a_read())
    for writer in writers:
        writer.close()

    async def are_gone() -> bool:
        return watched.station.num_files() <= num_before + 20

    await when(are_gone, 60)
    measured(
        f"p99 of a read {p99(beside) * 1000:.0f} ms beside 1,000 watchers and 50 that never end"
        f" their request, {p99(usual) * 1000:.0f} ms of a twin without them in the same minute;"
        f" the watchers take {idle_cpu:.0%} of a processor; all descriptors back"
    )
    assert p99(beside) < max(2 * p99(usual), SMALLEST_LIMIT)
    assert idle_cpu < MOST_IDLE_CPU
