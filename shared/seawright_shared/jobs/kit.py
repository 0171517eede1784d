"""The job kit in one piece: queue, events, relay, sweeper and worker, opened together."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from seawright_shared.jobs.context import Handler
from seawright_shared.jobs.doorbell import Doorbell, MemoryDoorbell
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import JobTimes, Settled
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.redis_doorbell import RedisDoorbell
from seawright_shared.jobs.relay import Relay
from seawright_shared.jobs.rounds import Rounds
from seawright_shared.jobs.sweeper import Sweeper
from seawright_shared.jobs.tables import JobTables
from seawright_shared.jobs.worker import Worker
from seawright_shared.stores.redis import open_redis
from seawright_shared.stores.sql import Database

Chore = Callable[[], Awaitable[object]]
"""Something to be done from time to time, as forgetting old idempotency keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKit:
    """Everything a service needs to keep and do long work."""

    database: Database
    tables: JobTables
    doorbell: Doorbell
    queue: JobQueue
    events: EventLog
    relay: Relay
    sweeper: Sweeper

    @classmethod
    def open(
        cls,
        database: Database,
        tables: JobTables,
        redis_url: str | None = None,
        *,
        service: str,
        times: JobTimes | None = None,
        settled: Mapping[str, Settled] | None = None,
        events: EventLog | None = None,
    ) -> "JobKit":
        """Return the kit; without a Redis the doorbell rings in this process alone."""
        doorbell: Doorbell = MemoryDoorbell()
        if redis_url is not None:
            consumer = f"{socket.gethostname()}:{os.getpid()}"
            doorbell = RedisDoorbell(open_redis(redis_url), service, consumer)
        queue = JobQueue(database, tables, doorbell, times=times, settled=settled)
        return cls(
            database=database,
            tables=tables,
            doorbell=doorbell,
            queue=queue,
            events=events or EventLog(database, tables),
            relay=Relay(queue),
            sweeper=Sweeper(queue),
        )

    @asynccontextmanager
    async def serving(
        self,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 8,
        chores: Sequence[Chore] = (),
    ) -> AsyncGenerator[Worker]:
        """Work, relay and sweep until the block ends; then let handlers end or hand back.

        `chores` are done at once and then every `JobTimes.chores` seconds.
        """
        worker = Worker(self.queue, handlers, concurrency=concurrency)
        async with asyncio.TaskGroup() as group:
            rounds = [
                group.create_task(self.relay.serve()),
                group.create_task(self.sweeper.serve()),
                *(
                    group.create_task(Rounds("chores", self.queue.times.chores).run(chore))
                    for chore in chores
                ),
            ]
            working = group.create_task(worker.serve())
            try:
                yield worker
            finally:
                worker.stop()
                await asyncio.wait([working])
                for task in rounds:
                    task.cancel()

    async def run_until_idle(self, handlers: Mapping[str, Handler], *, concurrency: int = 8) -> int:
        """Do all that is due, without bells; return how many attempts were made. For tests."""
        return await Worker(self.queue, handlers, concurrency=concurrency).run_until_idle()

    async def aclose(self) -> None:
        """Close the doorbell; the database belongs to its opener."""
        await self.doorbell.aclose()
