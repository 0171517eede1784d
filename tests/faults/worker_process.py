"""A worker process for drills: it does what its jobs ask, and ends as the drill wishes.

    python -m tests.faults.worker_process '{"url": ..., "redis_url": ..., "folder": ..., "name": ...}'

Further options: `concurrency`, `lease`, `skew_seconds` by which its clock is wrong, and `is_full`: its
disk of blobs has no byte left.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from seawright_shared.jobs import Handler, JobContext, JobKit
from seawright_shared.jobs.worker import Worker
from seawright_shared.stores.blobs import FolderBlobs
from seawright_shared.stores.clock import utc_now
from seawright_shared.stores.sql import Database
from seawright_shared.telemetry.logs import configure_logging
from tests.faults.yard import TIMES
from tests.integration.jobs.house import JOBS, RESULTS

FILLER = "filler"
ARTIFACT = b"the same bytes, whoever writes them"


async def _store(context: JobContext) -> None:
    async with context.database.transaction() as connection:
        row = {"job_id": context.job.id, "attempt": context.job.attempt}
        await connection.execute(insert(RESULTS).values(row))
        await context.finish(connection)


def handlers(folder: Path) -> dict[str, Handler]:
    """Return what this process can do, by kind."""
    blobs = FolderBlobs(folder / "blobs")

    async def work(context: JobContext) -> None:
        await asyncio.sleep(float(str(context.payload.get("seconds", 0.0))))
        await _store(context)

    async def deadly(context: JobContext) -> None:
        if not (folder / "mended").exists():
            os._exit(1)
        await _store(context)

    async def artifact(context: JobContext) -> None:
        ref = await blobs.put(ARTIFACT)
        with (folder / "hashes").open("a") as file:
            file.write(f"{ref}\n")
        if context.job.attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        await _store(context)

    async def blob(context: JobContext) -> None:
        await blobs.put(context.job.id.encode())
        await _store(context)

    return {"work": work, "deadly": deadly, "artifact": artifact, "blob": blob}


def fill(folder: Path) -> None:
    """Write until there is no room; whoever removes `FILLER` makes some."""
    with (folder / FILLER).open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1024))


async def main(options: dict[str, Any]) -> None:
    """Serve until told to stop."""
    configure_logging("drill")
    if options.get("is_full"):
        fill(Path(options["folder"]) / "blobs")
    skew = timedelta(seconds=float(options.get("skew_seconds", 0.0)))
    database = Database(options["url"], "trainer", clock=lambda: utc_now() + skew)
    kit = JobKit.open(database, JOBS, options["redis_url"], service="trainer", times=TIMES)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    threading.current_thread().name = str(options["name"])
    worker = Worker(
        kit.queue,
        handlers(Path(options["folder"])),
        concurrency=int(options.get("concurrency", 4)),
        name=options["name"],
    )
    async with kit.serving({}), asyncio.TaskGroup() as group:
        working = group.create_task(worker.serve())
        (Path(options["folder"]) / f"{options['name']}.pid").write_text(str(os.getpid()))
        await stop.wait()
        worker.stop()
        await asyncio.wait([working])
    await kit.aclose()
    await database.aclose()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
