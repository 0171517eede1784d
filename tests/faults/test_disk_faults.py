"""A disk without room: work waits for room, nothing is lost, and nobody's job is blamed."""

import asyncio
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.records.jobs import JobStatus
from tests.faults.conftest import Measured
from tests.faults.worker_process import FILLER
from tests.faults.yard import Yard, when

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
MOUNTED = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"'
"""Run as root of a namespace of one's own: nobody else sees the disk."""


def own_disk(place: Path) -> list[str]:
    """Return the command that runs another one with a disk of 256 KiB at a place."""
    place.mkdir(exist_ok=True)
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, str(place)]
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("needs user and mount namespaces, which this machine does not give")
    return command


@pytest.mark.drills(22)
async def test_a_full_disk_is_waited_out_and_blamed_on_nobody(yard: Yard, measured: Measured):
    place = yard.folder / "blobs"
    worker = yard.worker(*own_disk(place), is_full=True)
    ids = await yard.ask(10, kind="blob")

    async def was_tried() -> bool:
        attempts = await yard.attempts()
        return all(attempts[one][0] > 1 for one in ids)

    await when(was_tried, 60)
    statuses = await yard.statuses()
    num_tries = sum(attempt for attempt, _ in (await yard.attempts()).values())
    assert not any(statuses[one].is_final for one in ids)
    assert {failures for _, failures in (await yard.attempts()).values()} == {0}
    assert "No space left" in worker.log.read_text()
    # What needs no disk is done meanwhile.
    (other,) = await yard.ask(1)

    async def is_done() -> bool:
        return (await yard.statuses())[other] is JobStatus.SUCCEEDED

    await when(is_done, 60)
    filler = Path(f"/proc/{worker.running.pid}/root{place}/{FILLER}")
    await asyncio.to_thread(filler.unlink)
    began = time.monotonic()
    await yard.over(within=60)
    measured(
        f"{num_tries} tries without room, none counted as a failure; all 10 done"
        f" {time.monotonic() - began:.1f} s after there was room, 0 dead letters"
    )
    assert await DeadLetters(yard.kit.queue).newest(below=None, limit=10) == []
    assert await yard.broken() == []
