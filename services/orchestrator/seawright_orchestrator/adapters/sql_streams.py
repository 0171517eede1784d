"""Plan streams as rows: plans and reports as one document, the rest beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.tables.runs import streams
from seawright_orchestrator.adapters.tables.synthesis import (
    accepted_wishes,
    iteration_work,
    stream_iterations,
)
from seawright_orchestrator.core.synthesis.iteration import windowed
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, PlanStream
from seawright_orchestrator.usecases.synthesis.run_iteration import IterationOutcome
from seawright_shared.errors import NotFoundError
from seawright_shared.stores.sql import Database

OUTCOMES = TypeAdapter(list[CandidateOutcome])
BATCH = 500
"""Keys of one look-up."""
EMPTY = "[]"


class SqlStreams:
    """The memories of streams. A stream's window is read only by who runs it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def open(self, connection: AsyncConnection, run_id: str, stream: PlanStream) -> None:
        """Store a stream that has done nothing yet."""
        values = {
            "id": stream.id,
            "run_id": run_id,
            "position": stream.index,
            "iteration": stream.iteration,
            "document": _document(stream),
        }
        await connection.execute(insert(streams).values(values))

    async def of_run(self, connection: AsyncConnection, run_id: str) -> list[PlanStream]:
        """Return the streams of a run by index, without their windows."""
        statement = (
            select(streams.c.document)
            .where(streams.c.run_id == run_id)
            .order_by(streams.c.position)
        )
        documents = (await connection.execute(statement)).scalars().all()
        return [PlanStream.model_validate_json(document) for document in documents]

    async def one(self, connection: AsyncConnection, run_id: str, stream_id: str) -> PlanStream:
        """Return one stream of a run, without its window."""
        statement = select(streams.c.document).where(
            streams.c.run_id == run_id, streams.c.id == stream_id
        )
        document = (await connection.execute(statement)).scalar_one_or_none()
        if document is None:
            raise NotFoundError(f"run {run_id} has no stream {stream_id}")
        return PlanStream.model_validate_json(document)

    async def whole(self, connection: AsyncConnection, run_id: str, stream_id: str) -> PlanStream:
        """Return one stream with its window, as its next iteration needs it."""
        stream = await self.one(connection, run_id, stream_id)
        statement = (
            select(stream_iterations.c.document)
            .where(
                stream_iterations.c.stream_id == stream_id, stream_iterations.c.document != EMPTY
            )
            .order_by(stream_iterations.c.iteration)
        )
        window: list[CandidateOutcome] = []
        for document in (await connection.execute(statement)).scalars():
            window += OUTCOMES.validate_json(document)
        return stream.model_copy(update={"window": windowed(window)})

    async def advance(
        self, connection: AsyncConnection, run_id: str, outcome: IterationOutcome
    ) -> None:
        """Store what an iteration taught; what was kept of its work is let go."""
        stream, iteration = outcome.stream, outcome.report.iteration
        await connection.execute(
            update(streams)
            .where(streams.c.id == stream.id)
            .values(iteration=stream.iteration, document=_document(stream))
        )
        latest = [one for one in stream.window if one.iteration == iteration]
        row = {
            "stream_id": stream.id,
            "iteration": iteration,
            "run_id": run_id,
            "is_last": stream.status == "finished",
            "document": OUTCOMES.dump_json(latest).decode(),
        }
        await insert_new(self.database, connection, stream_iterations, [row])
        oldest = min((one.iteration for one in stream.window), default=iteration)
        await connection.execute(
            update(stream_iterations)
            .where(
                stream_iterations.c.stream_id == stream.id,
                stream_iterations.c.iteration < oldest,
                stream_iterations.c.document != EMPTY,
            )
            .values(document=EMPTY)
        )
        keys = [{"stream_id": stream.id, "key": key} for key in outcome.accepted_keys]
        await insert_new(self.database, connection, accepted_wishes, keys)
        await connection.execute(
            delete(iteration_work).where(
                iteration_work.c.stream_id == stream.id, iteration_work.c.iteration <= iteration
            )
        )

    async def num_ended(self, connection: AsyncConnection, run_id: str) -> int:
        """Return how many streams of a run have done their last iteration."""
        statement = select(func.count()).where(
            stream_iterations.c.run_id == run_id, stream_iterations.c.is_last.is_(True)
        )
        return (await connection.execute(statement)).scalar_one()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlWishes:
    """The accepted wishes of one stream."""

    database: Database
    stream_id: str

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys that were accepted before."""
        found: set[str] = set()
        async with self.database.reading() as connection:
            for start in range(0, len(keys), BATCH):
                statement = select(accepted_wishes.c.key).where(
                    accepted_wishes.c.stream_id == self.stream_id,
                    accepted_wishes.c.key.in_(keys[start : start + BATCH]),
                )
                found.update((await connection.execute(statement)).scalars())
        return frozenset(found)


def _document(stream: PlanStream) -> str:
    return stream.model_dump_json(exclude={"window"})
