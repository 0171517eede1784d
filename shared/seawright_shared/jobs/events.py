"""The event log: what happened in each run, numbered without holes, for people who watch."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from functools import partial

from pydantic import JsonValue
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.rounds import is_cancelled
from seawright_shared.jobs.tables import JobTables
from seawright_shared.records.jobs import RunEvent
from seawright_shared.stores.sql import Database

FINAL_TYPES = frozenset({"run.succeeded", "run.failed", "run.cancelled"})
"""Events after which a run has no other."""


class EventLog:
    """The events of a service's runs. A reader never misses one that committed late.

    Sequences start at 1 and a run's counter row is locked until the commit, so they commit in
    order: append at the end of a transaction, not at its beginning.
    """

    def __init__(self, database: Database, tables: JobTables, *, poll_seconds: float = 1.0) -> None:
        self._database = database
        self._tables = tables
        self._poll_seconds = poll_seconds
        self._watchers: dict[str, list[asyncio.Event]] = {}

    async def append(
        self,
        connection: AsyncConnection,
        run_id: str,
        type: str,  # noqa: A002
        payload: Mapping[str, JsonValue] | None = None,
    ) -> int:
        """Add an event in the caller's transaction and return its sequence."""
        counters, events = self._tables.run_counters, self._tables.run_events
        add = insert_sqlite if self._database.is_sqlite else insert_postgres
        counted = (
            add(counters)
            .values(run_id=run_id, last_sequence=1)
            .on_conflict_do_update(
                index_elements=[counters.c.run_id],
                set_={"last_sequence": counters.c.last_sequence + 1},
            )
            .returning(counters.c.last_sequence)
        )
        sequence = int((await connection.execute(counted)).scalar_one())
        entry = {
            "run_id": run_id,
            "sequence": sequence,
            "type": type,
            "at": self._database.now(),
            "payload": dict(payload or {}),
        }
        await connection.execute(insert(events).values(entry))
        self._database.after_commit(connection, partial(self._wake, run_id))
        return sequence

    async def read(self, run_id: str, after: int = 0, limit: int = 200) -> list[RunEvent]:
        """Return up to `limit` events with a sequence above `after`, in order."""
        events = self._tables.run_events
        statement = (
            select(events)
            .where(events.c.run_id == run_id, events.c.sequence > after)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [RunEvent.model_validate(dict(row)) for row in rows]

    async def wait(
        self, run_id: str, after: int, *, timeout_seconds: float, limit: int = 200
    ) -> list[RunEvent]:
        """Return events above `after`, waiting for the first of them; none when time is over."""
        woken = asyncio.Event()
        self._watchers.setdefault(run_id, []).append(woken)
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout_seconds
        try:
            while True:
                woken.clear()
                found = await self.read(run_id, after, limit)
                left = deadline - clock()
                if found or left <= 0 or is_cancelled():
                    return found
                await self._sleep(woken, min(left, self._poll_seconds))
        finally:
            self._watchers[run_id].remove(woken)
            if not self._watchers[run_id]:
                del self._watchers[run_id]

    async def follow(
        self,
        run_id: str,
        after: int = 0,
        *,
        final: frozenset[str] = FINAL_TYPES,
        idle_seconds: float = 15.0,
    ) -> AsyncGenerator[RunEvent | None]:
        """Yield events as they come, None after each idle time, and end with a final event."""
        while not is_cancelled():
            found = await self.wait(run_id, after, timeout_seconds=idle_seconds)
            if not found:
                yield None
            for event in found:
                after = event.sequence
                yield event
                if event.type in final:
                    return

    def _wake(self, run_id: str) -> None:
        for woken in self._watchers.get(run_id, []):
            woken.set()

    @staticmethod
    async def _sleep(woken: asyncio.Event, seconds: float) -> None:
        """Wait to be woken, or until another process may have written."""
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return
