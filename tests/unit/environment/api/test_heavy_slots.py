"""Heavy requests run a few at a time."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from seawright_environment.api.heavy_slots import HeavySlots
from seawright_shared.errors import CapacityError

pytestmark = pytest.mark.anyio


async def test_a_bounded_number_runs_another_waits_and_the_rest_is_refused():
    slots = HeavySlots(max_running=2, max_waiting=3)
    held = asynccontextmanager(slots.slot)
    running = most = 0
    go = asyncio.Event()

    async def work() -> None:
        nonlocal running, most
        async with held():
            running += 1
            most = max(most, running)
            await go.wait()
            running -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert slots.num_requests == 5
        with pytest.raises(CapacityError):
            async with held():
                pass
        go.set()
    assert (most, running, slots.num_requests) == (2, 0, 0)


async def test_a_fault_frees_the_slot():
    slots = HeavySlots(max_running=1, max_waiting=0)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with asynccontextmanager(slots.slot)():
                raise KeyError
    assert slots.num_requests == 0
