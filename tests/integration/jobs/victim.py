"""A worker process that takes a job, says so and never ends it: tests kill it."""

import asyncio
import sys

from seawright_shared.jobs import JobContext, JobKit, JobTimes
from seawright_shared.stores.sql import Database
from seawright_shared.telemetry.logs import configure_logging
from tests.integration.jobs.house import JOBS

TIMES = JobTimes(lease=1.0, beat=0.1, poll=0.2, relay=0.05, sweep=0.1)


async def hang(context: JobContext) -> None:
    """Say that the job was taken, then hold it for ever."""
    sys.stdout.write(f"{context.job.id}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def main(url: str, redis_url: str) -> None:
    """Serve until killed."""
    configure_logging("trainer")
    kit = JobKit.open(
        Database(url, "trainer"), JOBS, redis_url or None, service="trainer", times=TIMES
    )
    async with kit.serving({"work": hang}):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
