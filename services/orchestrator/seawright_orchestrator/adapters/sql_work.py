"""Finished parts of an iteration under way, so that a kill costs seconds and not the iteration."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel
from sqlalchemy import select

from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.tables.synthesis import iteration_work
from seawright_shared.jobs.context import JobContext

FLUSH_SECONDS = 5.0
"""How much finished work a kill may cost. Iterations that are shorter write nothing here."""


@dataclass(slots=True, kw_only=True)
class SqlWork:
    """One iteration's finished parts by the hash of what was asked for.

    They are written now and then in one transaction, under the job's fence; the transaction that
    stores the iteration deletes them.
    """

    context: JobContext
    stream_id: str
    iteration: int
    clock: Callable[[], float] = time.monotonic
    flush_seconds: float = FLUSH_SECONDS
    num_reused: int = 0
    _stored: set[str] | None = None
    _waiting: dict[str, BaseModel] = field(default_factory=dict[str, BaseModel])
    _flushed_at: float | None = None

    async def found(self, key: str) -> str | None:
        """Return a part that an earlier attempt finished, as JSON."""
        if self._stored is None:
            self._stored = await self._keys()
            self._flushed_at = self.clock()
        if key not in self._stored:
            return None
        statement = select(iteration_work.c.document).where(
            iteration_work.c.stream_id == self.stream_id,
            iteration_work.c.iteration == self.iteration,
            iteration_work.c.key == key,
        )
        async with self.context.database.reading() as connection:
            document: str = (await connection.execute(statement)).scalar_one()
        self.num_reused += 1
        return document

    async def keep(self, key: str, part: BaseModel) -> None:
        """Remember a finished part; once in a while, write what was not written yet."""
        self._waiting[key] = part
        assert self._flushed_at is not None, "nobody asked for the part before making it"
        if self.clock() - self._flushed_at < self.flush_seconds:
            return
        self._flushed_at = self.clock()
        await self._flush()

    async def _flush(self) -> None:
        parts, self._waiting = self._waiting, {}
        rows = [
            {
                "stream_id": self.stream_id,
                "iteration": self.iteration,
                "key": key,
                "document": part.model_dump_json(),
            }
            for key, part in parts.items()
        ]
        async with self.context.database.transaction() as connection:
            await self.context.check(connection)
            await insert_new(self.context.database, connection, iteration_work, rows)

    async def _keys(self) -> set[str]:
        statement = select(iteration_work.c.key).where(
            iteration_work.c.stream_id == self.stream_id,
            iteration_work.c.iteration == self.iteration,
        )
        async with self.context.database.reading() as connection:
            return set((await connection.execute(statement)).scalars())
