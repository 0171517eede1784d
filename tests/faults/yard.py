"""The drill yard: a job kit on real servers, workers as processes, and a history of it all."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy import select

from seawright_shared.jobs import JobKit, JobTimes, NewJob
from seawright_shared.records.jobs import JobStatus
from tests.faults.history import Anomaly, History, anomalies
from tests.integration.jobs.house import JOBS, RESULTS, House, open_house

ROOT = Path(__file__).parents[2]
LEASE_SECONDS = 2.0
TIMES = JobTimes(
    lease=LEASE_SECONDS,
    beat=0.3,
    poll=0.5,
    relay=0.1,
    sweep=0.3,
    rebell=1.0,
    backoff=0.1,
    max_backoff=1.0,
    grace=1.0,
)


@dataclass(slots=True)
class WorkerProcess:
    """One worker in a process of its own."""

    options: Mapping[str, JsonValue]
    log: Path
    within: Sequence[str] = ()
    """A command that runs the worker's, in its own process."""
    process: "subprocess.Popen[bytes] | None" = None

    def launch(self) -> "WorkerProcess":
        """Start it, without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.within,
                    sys.executable,
                    "-m",
                    "tests.faults.worker_process",
                    json.dumps(self.options),
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        return self

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        """The process."""
        assert self.process is not None
        return self.process

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.running.kill()
        self.running.wait()

    def sleep(self) -> None:
        """Let it sleep, with all its threads."""
        self.running.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Wake it up."""
        self.running.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self.running.poll() is None:
            self.wake()
            self.running.terminate()
            try:
                self.running.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass(slots=True)
class Yard:
    """What a drill of the job kit stands on."""

    house: House
    kit: JobKit
    """The producer's: it does no work."""
    history: History
    folder: Path
    workers: list[WorkerProcess] = field(default_factory=list[WorkerProcess])

    def worker(self, *within: str, **options: JsonValue) -> WorkerProcess:
        """Start one more worker process; options as in `worker_process`."""
        name = f"worker-{len(self.workers)}"
        given: dict[str, JsonValue] = {
            "url": self.house.url,
            "redis_url": self.house.redis_url,
            "folder": str(self.folder),
            "name": name,
            **options,
        }
        made = WorkerProcess(given, self.folder / f"{name}.log", within).launch()
        self.workers.append(made)
        return made

    async def serving(self, *workers: WorkerProcess) -> None:
        """Return when these look for work: a process takes seconds to start."""

        async def are() -> bool:
            return all(self._serves(worker) for worker in workers)

        await when(are)

    def _serves(self, worker: WorkerProcess) -> bool:
        told = self.folder / f"{worker.options['name']}.pid"
        return told.exists() and told.read_text() == str(worker.running.pid)

    async def ask(self, num: int, kind: str = "work", **payload: JsonValue) -> list[str]:
        """Commit jobs, write down that they were accepted, and return their ids."""
        ids = await self.house.enqueue(
            self.kit, *[NewJob(kind=kind, payload=payload) for _ in range(num)]
        )
        self.history.add("accepted", *ids)
        return ids

    async def statuses(self) -> dict[str, JobStatus]:
        """Return all jobs' states by id."""
        table = JOBS.jobs
        async with self.house.database.reading() as connection:
            rows = await connection.execute(select(table.c.id, table.c.status))
            return {row.id: JobStatus(row.status) for row in rows}

    async def held_by(self, worker: WorkerProcess) -> list[str]:
        """Return the ids of the jobs a worker holds."""
        table = JOBS.jobs
        mine = (table.c.worker == worker.options["name"]) & (table.c.status == JobStatus.RUNNING)
        async with self.house.database.reading() as connection:
            return list((await connection.execute(select(table.c.id).where(mine))).scalars())

    async def attempts(self) -> dict[str, tuple[int, int]]:
        """Return each job's attempts and counted failures."""
        table = JOBS.jobs
        columns = (table.c.id, table.c.attempt, table.c.num_failures)
        async with self.house.database.reading() as connection:
            rows = await connection.execute(select(*columns))
            return {row.id: (row.attempt, row.num_failures) for row in rows}

    async def over(self, *, within: float = 90.0, but: int = 0) -> None:
        """Return when all but so many jobs are in a final state."""

        async def is_over() -> bool:
            return sum(not status.is_final for status in (await self.statuses()).values()) <= but

        await when(is_over, within)

    async def broken(self) -> list[Anomaly]:
        """Write down what took effect, and return which promises were broken."""
        async with self.house.database.reading() as connection:
            rows = (await connection.execute(select(RESULTS))).all()
        for row in rows:
            self.history.add("finished", row.job_id, by=str(row.attempt))
        return anomalies(self.history.read())


async def when(condition: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    """Return when the condition holds; fail when it does not within the time."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@asynccontextmanager
async def open_yard(url: str, redis_url: str | None, folder: Path) -> AsyncGenerator[Yard]:
    """Yield a yard; all its workers are gone afterwards."""
    async for house in open_house(url, redis_url):
        async with house.kit(TIMES) as kit, _relaying(kit):
            yard = Yard(house, kit, History(folder / "history.jsonl"), folder)
            try:
                yield yard
            finally:
                for worker in yard.workers:
                    await asyncio.to_thread(worker.stop)


@asynccontextmanager
async def _relaying(kit: JobKit) -> AsyncGenerator[None]:
    async with kit.serving({}):
        yield
