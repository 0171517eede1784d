"""A service under steady work for as long as one has: does anything grow that should not?"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression

import pytest

from seawright_shared.stores.redis import open_redis
from tests.faults.conftest import Measured, Partly
from tests.faults.station import MEBIBYTE, Station, opened, spec
from tests.faults.yard import when
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
HOUR = 3600.0
LEAST_FOR_MEMORY = HOUR
"""Seconds; in less, a slope of a percent an hour is below what one sees."""
MOST_GROWTH = 0.01
"""Of the memory, in an hour."""
MOST_MORE_FILES = 10
LEASE_SECONDS = 60
NUM_LOOKS = 60
WITHIN = 300.0


@dataclass(slots=True)
class Looks:
    """What was seen of the service, again and again."""

    at: list[float] = field(default_factory=list[float])
    memory: list[int] = field(default_factory=list[int])
    files: list[int] = field(default_factory=list[int])
    oldest_bell: float = 0.0
    """Seconds for which a bell was heard and not settled, at most."""

    def slope(self) -> float:
        """Return the growth of memory in an hour, as a share; the first quarter warms up."""
        late = len(self.at) // 4
        line = linear_regression(self.at[late:], self.memory[late:])
        return line.slope * HOUR / self.memory[late]

    def more_files(self) -> int:
        """Return how many more files were open at most in the second half than in the first."""
        half = len(self.files) // 2
        return max(self.files[half:]) - max(self.files[:half])


async def oldest_bell(redis_url: str) -> float:
    """Return for how many seconds the oldest bell is heard and not settled."""
    redis = open_redis(redis_url)
    ages = [0.0]
    try:
        async for stream in redis.scan_iter("seawright:orchestrator:bells:*"):
            for group in await redis.xinfo_groups(stream):
                pending = await redis.xpending_range(stream, group["name"], "-", "+", 1000)
                ages += [float(one["time_since_delivered"]) / 1000 for one in pending]
    finally:
        await redis.aclose()
    return max(ages)


async def worked(station: Station, runs: list[str]) -> None:
    """Ask for one small run after another, watch it to its end and read it, until cancelled."""
    for number in itertools.count():
        began = time.monotonic()
        body = {**spec(seed=number), "num_iterations": 1, "candidates_per_iteration": 5}
        answer = await station.create(f"soak-{number}", body)
        assert answer.status_code == 202, answer.text
        path = f"/v1/synthesis-runs/{answer.json()['id']}"
        runs.append(path)
        async with station.client.stream("GET", f"{path}/events", timeout=WITHIN) as events:
            async for _ in events.aiter_lines():
                pass
        assert (await station.client.get(path)).json()["status"] == "succeeded"
        await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))


async def looked(station: Station, redis_url: str, seconds: float) -> Looks:
    """Look at the service for so long."""
    looks, began = Looks(), time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        looks.at.append(passed)
        looks.memory.append(station.memory())
        looks.files.append(station.num_files())
        looks.oldest_bell = max(looks.oldest_bell, await oldest_bell(redis_url))
        await asyncio.sleep(seconds / NUM_LOOKS)
    return looks


async def none_stuck(station: Station, paths: Sequence[str]) -> None:
    """Return when all runs have succeeded."""

    async def have_all() -> bool:
        seen = {(await station.client.get(path)).json()["status"] for path in paths}
        return seen == {"succeeded"}

    await when(have_all, WITHIN)


@pytest.mark.drills(27)
@pytest.mark.timeout(0)
async def test_a_service_at_work_for_long_holds_no_more_than_at_first(
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    measured: Measured,
    partly: Partly,
):
    seconds = float(str(request.config.getoption("--soak-seconds")))
    settings = {"NUM_WORKERS": "2", "LEASE_SECONDS": str(LEASE_SECONDS)}
    others = ["user_simulator"]
    async with opened(
        postgres_server, redis_server, tmp_path, others=others, **settings
    ) as station:
        runs: list[str] = []
        async with asyncio.TaskGroup() as group:
            work = group.create_task(worked(station, runs))
            looks = await looked(station, redis_server.url, seconds)
            work.cancel()
        await none_stuck(station, runs)
        grown = looks.slope()
        measured(
            f"{seconds:.0f} s: {len(runs)} runs made, watched and done, none stuck; memory"
            f" {looks.memory[0] / MEBIBYTE:.0f} to {looks.memory[-1] / MEBIBYTE:.0f} MiB; at most"
            f" {max(looks.files)} descriptors, {looks.more_files():+d} in the second half; oldest"
            f" unsettled bell {looks.oldest_bell:.1f} s"
        )
        assert looks.more_files() <= MOST_MORE_FILES
        assert looks.oldest_bell < LEASE_SECONDS
        if seconds >= LEAST_FOR_MEMORY:
            measured(f"memory {grown:+.2%} an hour")
            assert grown < MOST_GROWTH
        if seconds < 24 * HOUR:
            partly(f"{seconds / HOUR:.2f} of 24 hours; memory is judged from one hour on")


def test_looks_tell_growth_from_none():
    rising = Looks(at=[0, 900, 1800, 2700, 3600], memory=[500, 1000, 1050, 1100, 1150], files=[9])
    assert rising.slope() == pytest.approx(200 / 1000)
    level = Looks(at=[0, 1, 2, 3], memory=[7] * 4, files=[5, 9, 9, 5])
    assert (level.slope(), level.more_files()) == (0, 0)
    assert Looks(files=[5, 5, 5, 30]).more_files() == 25
