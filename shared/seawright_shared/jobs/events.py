"""The event log: what happened in each run, numbered without holes, for people who watch."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial

from pydantic import JsonValue
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.rounds import is_cancelled
from seawright_shared.jobs.tables import JobTables
from seawright_shared.jobs.watchers import Watchers
from seawright_shared.records.ids import LARGEST_ID
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
        self._watchers = Watchers(self._last_sequences, poll_seconds)

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
        self._database.after_commit(connection, partial(self._watchers.wake, run_id))
        return sequence

    async def read(self, run_id: str, after: int = 0, limit: int = 200) -> list[RunEvent]:
        """Return up to `limit` events with a sequence above `after`, in order."""
        events = self._tables.run_events
        statement = (
            select(events)
            .where(events.c.run_id == run_id, events.c.sequence > min(after, LARGEST_ID))
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
        with self._watchers.watching(run_id, after) as watcher:
            found = await self.read(run_id, after, limit)
            if not found and timeout_seconds > 0:
                await self._watchers.news(watcher, timeout_seconds)
                found = await self.read(run_id, after, limit)
        return found

    async def follow(
        self,
        run_id: str,
        after: int = 0,
        *,
        final: frozenset[str] = FINAL_TYPES,
        idle_seconds: float = 15.0,
    ) -> AsyncGenerator[RunEvent | None]:
        """Yield events as they come, None after each idle time, and end with a final event."""
        with self._watchers.watching(run_id, after) as watcher:
            while not is_cancelled():
                watcher.has_news = False
                found = await self.read(run_id, watcher.after)
                for event in found:
                    watcher.after = event.sequence
                    yield event
                    if event.type in final:
                        return
                while not (found or watcher.has_news or is_cancelled()):
                    if not await self._watchers.news(watcher, idle_seconds):
                        yield None

    async def _last_sequences(self, run_ids: Sequence[str]) -> dict[str, int]:
        counters = self._tables.run_counters
        wanted = counters.c.run_id.in_(run_ids)
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(counters).where(wanted))).all()
        return {row.run_id: row.last_sequence for row in rows}
