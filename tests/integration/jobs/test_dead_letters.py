"""Dead letters as people see them, and what is forgotten from time to time."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs import Job, JobContext, JobTimes, NewJob
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.records.jobs import JobStatus
from tests.integration.jobs.house import House, soon, store_result

AT_ONCE = JobTimes(lease=5.0, beat=0.1, poll=0.1, relay=0.05, sweep=0.1, backoff=0.0, chores=0.05)


async def crash(context: JobContext) -> None:
    raise KeyError("no such thing")


async def test_letters_are_listed_newest_first_in_pages_with_what_is_known_of_them(house: House):
    async with house.kit(AT_ONCE) as kit:
        ids = await house.enqueue(
            kit, *[NewJob(kind="work", run_id=f"run_{n}", payload={"n": n}) for n in range(5)]
        )
        await kit.run_until_idle({"work": crash})
        letters = DeadLetters(kit.queue)
        first = await letters.newest(below=None, limit=3)
        rest = await letters.newest(below=first[-1].id, limit=3)
        found = [*first, *rest]
        assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)
        assert sorted(one.job_id for one in found) == sorted(ids)
        for one in found:
            assert one.run_id == f"run_{one.payload['n']}"
            assert (one.kind, one.failure_class, one.attempt) == ("work", "poison", 3)
            assert "no such thing" in one.message
            assert one.job_status is JobStatus.FAILED
            assert one.requeued_at is None


async def test_a_letter_is_taken_up_once_and_stays_on_record(house: House):
    async with house.kit(AT_ONCE) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": crash})
        letters = DeadLetters(kit.queue)
        (letter,) = await letters.newest(below=None, limit=10, is_open=True)
        taken = await letters.requeue(letter.id)
        assert taken.requeued_at is not None
        assert taken.job_status is JobStatus.QUEUED
        with pytest.raises(ConflictError, match="taken up again already"):
            await letters.requeue(letter.id)
        assert await letters.newest(below=None, limit=10, is_open=True) == []
        assert await letters.newest(below=None, limit=10, is_open=False) == [taken]
        assert await kit.run_until_idle({"work": store_result}) == 1
        (done,) = await letters.newest(below=None, limit=10)
        assert done.job_status is JobStatus.SUCCEEDED
    assert await house.num_results(job_id) == 1


async def test_a_job_that_dies_again_leaves_a_second_letter(house: House):
    async with house.kit(AT_ONCE) as kit:
        await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": crash})
        letters = DeadLetters(kit.queue)
        (first,) = await letters.newest(below=None, limit=10)
        await letters.requeue(first.id)
        await kit.run_until_idle({"work": crash})
        (second, again) = await letters.newest(below=None, limit=10)
        assert again.id == first.id
        assert (second.attempt, second.requeued_at) == (6, None)


async def test_a_service_that_refuses_leaves_letter_and_job_as_they_are(house: House):
    async def refuse(connection: AsyncConnection, job: Job) -> None:
        raise ConflictError("the run is gone")

    async with house.kit(AT_ONCE) as kit:
        (job_id,) = await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": crash})
        kit.queue.requeued["work"] = refuse
        letters = DeadLetters(kit.queue)
        (letter,) = await letters.newest(below=None, limit=10)
        with pytest.raises(ConflictError, match="the run is gone"):
            await letters.requeue(letter.id)
        assert await letters.newest(below=None, limit=10) == [letter]
        assert (await house.job(kit, job_id)).status is JobStatus.FAILED


async def test_an_unknown_letter_is_not_found(house: House):
    async with house.kit(AT_ONCE) as kit:
        with pytest.raises(NotFoundError):
            await DeadLetters(kit.queue).requeue(1)


async def test_chores_are_done_again_and_again_while_a_service_works(house: House):
    thrice, num = asyncio.Event(), 0

    async def chore() -> None:
        nonlocal num
        num += 1
        if num == 3:
            thrice.set()

    async with house.kit(AT_ONCE) as kit, kit.serving({}, chores=[chore]):
        await soon(thrice)
