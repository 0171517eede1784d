"""Admission: new work is refused while too much waits, in number or in bytes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.errors import CapacityError
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.records.jobs import JobStatus

LOOK_SECONDS = 1.0
"""How old the known depth may be; what this process admits meanwhile is counted on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many jobs, and bytes of their payloads, may wait before new work is refused."""

    num_jobs: int
    num_bytes: int


class Admission:
    """Guards the routes that create work. Work that follows from admitted work is never refused."""

    def __init__(self, queue: JobQueue, room: Room) -> None:
        self._queue = queue
        self._room = room
        self._num_jobs = 0
        self._num_bytes = 0
        self._look_at = float("-inf")

    async def require(self, connection: AsyncConnection) -> None:
        """Raise `CapacityError`, which asks to come back later, while there is no room."""
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            await self._look(connection)
        if self._num_jobs >= self._room.num_jobs or self._num_bytes >= self._room.num_bytes:
            raise CapacityError(
                "too much work waits already; try again later",
                {
                    "num_waiting": self._num_jobs,
                    "max_waiting": self._room.num_jobs,
                    "waiting_bytes": self._num_bytes,
                    "max_waiting_bytes": self._room.num_bytes,
                },
            )
        self._num_jobs += 1

    async def fullness(self) -> Mapping[str, float]:
        """Return which share of the room waiting jobs, and their bytes, take up."""
        async with self._queue.database.reading() as connection:
            await self._look(connection)
        return {
            "waiting_jobs": self._num_jobs / self._room.num_jobs,
            "waiting_bytes": self._num_bytes / self._room.num_bytes,
        }

    async def _look(self, connection: AsyncConnection) -> None:
        jobs = self._queue.tables.jobs
        size = func.coalesce(func.sum(func.length(cast(jobs.c.payload, String))), 0)
        statement = select(func.count(), size).where(jobs.c.status == JobStatus.QUEUED)
        num, num_bytes = (await connection.execute(statement)).one()
        self._num_jobs, self._num_bytes = int(num), int(num_bytes)
