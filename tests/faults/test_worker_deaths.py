"""Whoever dies, sleeps or has a wrong clock: what was accepted is done, and once."""

import asyncio
import time
from pathlib import Path

import pytest

from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.blobs import FolderBlobs
from tests.faults.conftest import Measured
from tests.faults.worker_process import ARTIFACT
from tests.faults.yard import LEASE_SECONDS, WorkerProcess, Yard, when

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


async def recovered(yard: Yard, victim: WorkerProcess) -> float:
    """Kill a worker that holds jobs, and return the seconds until all of them are done."""

    async def holds_some() -> bool:
        return bool(await yard.held_by(victim))

    await when(holds_some)
    held = await yard.held_by(victim)
    victim.kill()
    began = time.monotonic()

    async def are_done() -> bool:
        statuses = await yard.statuses()
        return all(statuses[one].is_final for one in held)

    await when(are_done, LEASE_SECONDS + 30)
    return time.monotonic() - began


async def kill_again_and_again(yard: Yard, num_kills: int) -> list[float]:
    """Keep two workers busy, kill one of them in turn, and return the recoveries."""
    workers = [yard.worker(), yard.worker()]
    recoveries: list[float] = []
    for number in range(num_kills):
        # What is measured is another's recovery, so there is another.
        await yard.serving(*workers)
        await yard.ask(20, seconds=0.3)
        recoveries.append(await recovered(yard, workers[number % 2]))
        workers[number % 2].launch()
    await yard.over()
    return recoveries


@pytest.mark.drills(1)
async def test_a_killed_workers_jobs_are_done_by_another_once(yard: Yard, measured: Measured):
    recoveries = await kill_again_and_again(yard, 2)
    measured(f"2 kills: recovery at most {max(recoveries):.1f} s at a lease of {LEASE_SECONDS} s")
    assert max(recoveries) < LEASE_SECONDS + 10
    assert await yard.broken() == []


@pytest.mark.drills(1)
async def test_thirty_kills_in_a_row_lose_and_double_nothing(yard: Yard, measured: Measured):
    recoveries = await kill_again_and_again(yard, 30)
    broken = await yard.broken()
    measured(
        f"30 kills, 600 jobs: {len(broken)} anomalies, recovery at most {max(recoveries):.1f} s"
        f" at a lease of {LEASE_SECONDS} s"
    )
    assert max(recoveries) < LEASE_SECONDS + 10
    assert broken == []


@pytest.mark.drills(2)
async def test_an_artifact_of_a_killed_attempt_is_written_again_as_the_same(
    yard: Yard, measured: Measured
):
    (job_id,) = await yard.ask(1, kind="artifact")
    first = yard.worker()
    await when(lambda: _is_dead(first))
    assert (await yard.statuses())[job_id] is JobStatus.RUNNING
    assert await yard.house.num_results() == 0
    yard.worker()
    await yard.over()
    hashes = (yard.folder / "hashes").read_text().split()
    measured(f"2 writes, {len(set(hashes))} content hash, 1 result")
    assert len(hashes) == 2
    assert len(set(hashes)) == 1
    assert await FolderBlobs(yard.folder / "blobs").get(hashes[0]) == ARTIFACT
    assert await yard.broken() == []


async def _is_dead(worker: WorkerProcess) -> bool:
    return worker.running.poll() is not None


@pytest.mark.drills(7)
async def test_a_worker_that_wakes_after_its_lease_finds_its_completion_refused(
    yard: Yard, measured: Measured
):
    sleeper = yard.worker(concurrency=1)
    (job_id,) = await yard.ask(1, seconds=1.0)

    async def is_held() -> bool:
        return await yard.held_by(sleeper) == [job_id]

    await when(is_held)
    sleeper.sleep()
    began = time.monotonic()
    yard.worker(concurrency=1)
    await yard.over()
    await asyncio.sleep(max(0.0, 3 * LEASE_SECONDS - (time.monotonic() - began)))
    sleeper.wake()
    # It is whole again: it does the next job, and its zombie did nothing to the first one.
    yard.workers[1].stop()
    await yard.ask(1)
    await yard.over()
    assert (await yard.attempts())[job_id] == (2, 1)
    assert await yard.broken() == []
    assert "lease.lost" in sleeper.log.read_text()
    measured("late completion refused and logged; 1 result, at attempt 2")


@pytest.mark.drills(8)
@pytest.mark.parametrize("skew_seconds", [300.0, -300.0])
async def test_a_wrong_clock_neither_ends_nor_extends_a_lease(
    yard: Yard, measured: Measured, skew_seconds: float
):
    wrong, right = yard.worker(skew_seconds=skew_seconds), yard.worker()
    ids = await yard.ask(10, seconds=1.5 * LEASE_SECONDS)
    await yard.over()
    attempts = await yard.attempts()
    assert {attempts[one] for one in ids} == {(1, 0)}, "a lease ended while its worker lived"
    right.stop()
    await yard.serving(yard.worker())
    await yard.ask(8, seconds=1.0)
    recovery = await recovered(yard, wrong)
    measured(f"{skew_seconds:+.0f} s: 10 of 10 at attempt 1; its death noticed in {recovery:.1f} s")
    assert recovery < LEASE_SECONDS + 10
    assert await yard.broken() == []


@pytest.mark.drills(15)
async def test_a_job_that_ends_its_process_is_buried_after_three_and_mended_later(
    yard: Yard, measured: Measured, tmp_path: Path
):
    (poison,) = await yard.ask(1, kind="deadly")
    worker, num_processes = yard.worker(concurrency=1), 1
    neighbours = await yard.ask(10)

    async def is_failed() -> bool:
        nonlocal num_processes
        if await _is_dead(worker):
            worker.launch()
            num_processes += 1
        return (await yard.statuses())[poison] is JobStatus.FAILED

    await when(is_failed, 180)
    await yard.over()
    statuses = await yard.statuses()
    assert {statuses[one] for one in neighbours} == {JobStatus.SUCCEEDED}
    (letter,) = await DeadLetters(yard.kit.queue).newest(below=None, limit=10)
    assert (letter.job_id, letter.attempt) == (poison, 3)
    (tmp_path / "mended").touch()
    await DeadLetters(yard.kit.queue).requeue(letter.id)
    if await _is_dead(worker):
        worker.launch()
    await yard.over()
    measured(f"buried at attempt 3 ({num_processes - 1} processes lost), 10 neighbours done")
    assert await yard.broken() == []
