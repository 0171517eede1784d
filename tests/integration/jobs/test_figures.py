"""The queue's figures tell what is there, and nothing where nothing can be known."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from seawright_shared.jobs import JobContext, JobTimes, NewJob
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.jobs.relay import Relay
from seawright_shared.jobs.watch import watch_jobs
from seawright_shared.stores.sql import Database
from seawright_shared.telemetry.metrics import Meter
from tests.integration.jobs.house import House, eventually, store_result

AT_ONCE = JobTimes(lease=5.0, beat=0.1, poll=0.1, relay=0.05, sweep=0.1, backoff=0.0, chores=0.05)


async def crash(context: JobContext) -> None:
    raise KeyError("no such thing")


async def figures(meter: Meter) -> dict[str, float]:
    """Return every sample by its name and labels."""
    await meter.refresh()
    text = meter.render().decode()
    return {
        f"{s.name.removeprefix('seawright_trainer_')}{sorted(s.labels.values())}": s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


async def test_what_waits_is_told_with_its_size_and_age(house: House):
    async with house.kit(AT_ONCE) as kit:
        meter = Meter("trainer")
        watch_jobs(kit.queue, meter)
        jobs = [NewJob(kind="work", payload={"text": "x" * 1000}) for _ in range(3)]
        await house.enqueue(kit, *jobs, NewJob(kind="work", delay_seconds=600))
        found = await figures(meter)
        assert found["jobs['queued', 'work']"] == 4
        assert found["queue_depth['work']"] == 3
        assert 3000 < found["queue_bytes['work']"] < 4000
        assert 0 <= found["queue_oldest_age_seconds['work']"] < 60
        assert await kit.run_until_idle({"work": store_result}) == 3
        found = await figures(meter)
        assert found["queue_depth['work']"] == 0
        assert found["jobs['succeeded', 'work']"] == 3
        assert found["job_wait_seconds_count['work']"] == 3
        assert "redeliveries_total['work']" not in found


async def test_attempts_again_and_dead_letters_are_counted_until_they_are_taken_up(house: House):
    async with house.kit(AT_ONCE) as kit:
        meter = Meter("trainer")
        watch_jobs(kit.queue, meter)
        await house.enqueue(kit, NewJob(kind="work"))
        await kit.run_until_idle({"work": crash})
        found = await figures(meter)
        assert found["redeliveries_total['work']"] == 2
        assert found["dead_letters['open', 'poison', 'work']"] == 1
        (letter,) = await DeadLetters(kit.queue).newest(below=None, limit=1)
        await DeadLetters(kit.queue).requeue(letter.id)
        found = await figures(meter)
        assert "dead_letters['open', 'poison', 'work']" not in found
        assert found["dead_letters['poison', 'requeued', 'work']"] == 1


async def test_a_bell_that_nobody_took_is_told_with_its_age_until_it_is_rung(house: House):
    async with house.kit(AT_ONCE) as kit:
        meter = Meter("trainer")
        watch_jobs(kit.queue, meter)
        await house.enqueue(kit, NewJob(kind="work"))
        bells = kit.tables.outbox
        async with house.database.transaction() as connection:
            earlier = house.database.clock() - timedelta(seconds=600)
            await connection.execute(bells.update().values(ring_at=earlier))
        assert (await figures(meter))["unrung_bells_oldest_age_seconds['work']"] >= 600
        await Relay(kit.queue).pump()
        assert (await figures(meter))["unrung_bells_oldest_age_seconds['work']"] == 0


async def test_a_lost_lease_is_counted(house: House):
    async with house.kit(AT_ONCE) as kit:
        meter = Meter("trainer")
        watch_jobs(kit.queue, meter)
        await house.enqueue(kit, NewJob(kind="work"))

        async def robbed(context: JobContext) -> None:
            async with house.database.transaction() as connection:
                jobs = kit.tables.jobs
                await connection.execute(jobs.update().values(fence=jobs.c.fence + 1))
            await store_result(context)

        async def was_lost() -> bool:
            return "job_lease_lost_total['work']" in await figures(meter)

        async with kit.serving({"work": robbed}):
            await eventually(was_lost)
        assert (await figures(meter))["job_lease_lost_total['work']"] >= 1


async def test_without_the_database_old_numbers_are_not_told_as_present_ones(house: House):
    async with house.kit(AT_ONCE) as kit:
        meter = Meter("trainer")
        watch_jobs(kit.queue, meter)
        await house.enqueue(kit, NewJob(kind="work"))
        assert (await figures(meter))["queue_depth['work']"] == 1
        there = kit.queue.database
        kit.queue.database = Database("postgresql+asyncpg://nobody@127.0.0.1:9/none", "trainer")
        found = await figures(meter)
        kit.queue.database = there
        assert not [name for name in found if name.startswith(("queue_depth", "jobs["))]
        assert (await figures(meter))["queue_depth['work']"] == 1
