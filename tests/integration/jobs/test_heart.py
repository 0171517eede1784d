"""The heart tells a lost lease from one that its own attempt gave up."""

import asyncio

from sqlalchemy import update

from seawright_shared.jobs import JobContext, Leases, NewJob
from seawright_shared.jobs.heart import Heart
from tests.integration.jobs.house import JOBS, House, soon


async def test_a_job_that_its_own_attempt_just_ended_is_not_called_lost(house: House):
    told: list[JobContext] = []
    was_told = asyncio.Event()

    def note(context: JobContext) -> None:
        told.append(context)
        was_told.set()

    async with house.kit() as kit:
        await house.enqueue(kit, NewJob(kind="work"), NewJob(kind="work"))
        leases = Leases(kit.queue)
        jobs = await leases.claim("one", ["work"], limit=2)
        ended, lost = (JobContext(kit.queue, leases, job) for job in jobs)
        async with kit.database.transaction() as connection:
            # Not by the context: as between the commit and the moment the context hears of it.
            await leases.finish(connection, ended.job)
            is_other = JOBS.jobs.c.id == lost.job.id
            moved = update(JOBS.jobs).where(is_other).values(fence=JOBS.jobs.c.fence + 1)
            await connection.execute(moved)
        heart = Heart(kit.queue, note)
        heart.hold(ended)
        heart.hold(lost)
        async with heart.beating():
            await soon(was_told)
    assert told == [lost]
    assert lost.is_lost
    assert not ended.is_lost
