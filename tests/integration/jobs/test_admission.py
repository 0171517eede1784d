"""New work is refused while too much waits, and taken again as soon as there is room."""

import pytest

from seawright_shared.errors import CapacityError
from seawright_shared.jobs import JobKit, NewJob
from seawright_shared.jobs.admission import Admission, Room
from tests.integration.jobs.house import House, store_result

AMPLE = 1 << 30


async def admitted(kit: JobKit, admission: Admission) -> None:
    async with kit.database.transaction() as connection:
        await admission.require(connection)
        await kit.queue.enqueue(connection, NewJob(kind="work", payload={"text": "x" * 1000}))


async def num_admitted(kit: JobKit, room: Room, tries: int) -> int:
    """Return how many of so many creates were admitted, each by a replica that looks anew."""
    num = 0
    for _ in range(tries):
        try:
            await admitted(kit, Admission(kit.queue, room))
        except CapacityError:
            continue
        num += 1
    return num


async def test_depth_stops_at_its_limit_and_room_is_noticed(house: House):
    room = Room(num_jobs=5, num_bytes=AMPLE)
    async with house.kit() as kit:
        assert await num_admitted(kit, room, 8) == 5
        await kit.run_until_idle({"work": store_result})
        assert await num_admitted(kit, room, 8) == 5


async def test_how_full_it_is_is_told_as_a_share_of_the_limits(house: House):
    async with house.kit() as kit:
        admission = Admission(kit.queue, Room(num_jobs=4, num_bytes=AMPLE))
        assert await admission.fullness() == {"waiting_jobs": 0.0, "waiting_bytes": 0.0}
        for _ in range(4):
            await admitted(kit, admission)
        told = await admission.fullness()
        assert told["waiting_jobs"] == 1.0
        assert 4000 / AMPLE < told["waiting_bytes"] < 8000 / AMPLE
        await kit.run_until_idle({"work": store_result})
        assert (await admission.fullness())["waiting_jobs"] == 0.0


async def test_bytes_stop_at_their_limit(house: House):
    async with house.kit() as kit:
        # Each payload has a little over a thousand bytes.
        assert await num_admitted(kit, Room(num_jobs=100, num_bytes=3000), 6) == 3


async def test_what_one_process_admits_between_two_looks_counts(house: House):
    async with house.kit() as kit:
        admission = Admission(kit.queue, Room(num_jobs=3, num_bytes=AMPLE))
        for _ in range(3):
            await admitted(kit, admission)
        with pytest.raises(CapacityError) as refused:
            await admitted(kit, admission)
        assert refused.value.retryable
        assert refused.value.context["max_waiting"] == 3
