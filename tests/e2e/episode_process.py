"""A process to be killed: orchestrator, environment and simulated user, on one synthesis run.

    python -m tests.e2e.episode_process FOLDER DATABASE_URL [REDIS_URL]

It starts the run, or goes on with it, prints each event's type, and at last the accepted tasks.
"""

import sys
from pathlib import Path

import anyio
import structlog

from tests.contract.orchestrator_house import opened, synthesis_spec

LEASE_SECONDS = 1.5


async def main(folder: Path, database_url: str, redis_url: str | None) -> None:
    async with opened(
        folder, database_url=database_url, redis_url=redis_url, lease_seconds=LEASE_SECONDS
    ) as house:
        spec = synthesis_spec(num_streams=2, num_iterations=2, candidates_per_iteration=50)
        run = await house.client.start_synthesis(spec, idempotency_key="the-one-run")
        path = f"/v1/synthesis-runs/{run.id}/events"
        async for event in house.client.peer.events(path):
            say(event.type)
        cursor = None
        while True:
            page = await house.client.tasks(run_id=run.id, limit=200, cursor=cursor)
            for task in page.data:
                say(f"task {task.id}")
            cursor = page.next_cursor
            if cursor is None:
                break
        report = await house.client.synthesis_report(run.id)
        for stream in report.streams:
            for one in stream.iterations:
                say(f"iteration {one.stream_id} {one.iteration} {one.num_accepted}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    arguments = [*sys.argv[1:], None]
    anyio.run(main, Path(str(arguments[0])), str(arguments[1]), arguments[2])
