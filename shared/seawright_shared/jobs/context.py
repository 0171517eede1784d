"""What a handler holds while it works: the job, what is wanted of it, and the fenced ways out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.job import Desired, Failure, Job
from seawright_shared.jobs.leases import Leases
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.stores.sql import Database


class JobContext:
    """One attempt at one job, for its handler. Used in the worker's event loop only.

    A handler ends in one of these ways: it calls `finish`, `pause`, `fail` or `hand_back` in a
    transaction; it returns, which finishes the job; it raises, which fails the attempt.
    """

    def __init__(self, queue: JobQueue, leases: Leases, job: Job) -> None:
        self.job = job
        self.desired: Desired = "run"
        """What is wanted now; a handler that can pause looks at it between steps."""
        self.is_lost = False
        """Whether another attempt may hold the job: whatever is stored now is refused."""
        self.is_settled = False
        self.held_until = time.monotonic() + queue.times.lease
        """By this machine's clock, the end of the lease as far as is known."""
        self._queue = queue
        self._leases = leases
        self._unwanted = asyncio.Event()

    @property
    def payload(self) -> dict[str, JsonValue]:
        """The job's payload."""
        return self.job.payload

    @property
    def database(self) -> Database:
        """The queue's database."""
        return self._queue.database

    @property
    def cancelled(self) -> bool:
        """Whether the work is no longer wanted."""
        return self.desired == "cancel" or self.is_lost

    @property
    def pause_wanted(self) -> bool:
        """Whether the handler should store how far it came, call `pause` and return."""
        return self.desired == "pause"

    async def unwanted(self) -> None:
        """Return when the work should stop: cancelled, lost, or to be paused."""
        await self._unwanted.wait()

    async def finish(
        self, connection: AsyncConnection, result: Mapping[str, JsonValue] | None = None
    ) -> None:
        """End the job well, in the transaction of its results.

        Raises `LostLeaseError` where another attempt holds the job; let it pass, so that the
        transaction is undone.
        """
        await self._leases.finish(connection, self.job, result)
        self._settle_after(connection)

    async def pause(self, connection: AsyncConnection) -> None:
        """Set the job aside until it is resumed; a later attempt starts from what was stored."""
        await self._leases.pause(connection, self.job)
        self._settle_after(connection)

    async def fail(self, connection: AsyncConnection, failure: Failure) -> None:
        """Fail this attempt, in the transaction of what is to be kept of it."""
        await self._leases.fail(connection, self.job, failure)
        self._settle_after(connection)

    async def hand_back(self, connection: AsyncConnection) -> None:
        """Let another worker go on at once, from what was stored."""
        await self._leases.hand_back(connection, self.job)
        self._settle_after(connection)

    async def check(self, connection: AsyncConnection) -> None:
        """Raise `LostLeaseError` unless this attempt still holds the job; extends the lease.

        For a transaction that stores progress in mid-job: it keeps zombies out.
        """
        self.desired = await self._leases.keep(connection, self.job)

    def hear(self, desired: Desired | None) -> None:
        """Take in a heartbeat's reply; None says that the lease is lost."""
        if desired is None:
            self.is_lost = True
        else:
            self.desired = desired
        if self.desired == "run" and not self.is_lost:
            self._unwanted.clear()
        else:
            self._unwanted.set()

    def _settle_after(self, connection: AsyncConnection) -> None:
        self.database.after_commit(connection, self._settled)

    def _settled(self) -> None:
        self.is_settled = True


Handler = Callable[[JobContext], Awaitable[None]]
