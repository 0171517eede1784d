"""Finished parts of an iteration in the database: written now and then, under the job's fence."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_streams import SqlWishes
from seawright_orchestrator.adapters.sql_work import SqlWork
from seawright_orchestrator.adapters.tables.metadata import SCHEMA, metadata
from seawright_orchestrator.adapters.tables.synthesis import accepted_wishes
from seawright_shared.jobs.context import JobContext
from seawright_shared.records.base import Record
from seawright_shared.stores.sql import Database


class Part(Record):
    number: int


class Fence:
    """A job's context that says whether the attempt still holds its job."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.num_checks = 0
        self.is_lost = False

    async def check(self, connection: AsyncConnection) -> None:
        self.num_checks += 1
        if self.is_lost:
            raise RuntimeError("the lease is lost")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/work.db", SCHEMA)
    await database.create_tables(metadata)
    yield database
    await database.aclose()


def work(fence: Fence, moments: list[float]) -> SqlWork:
    return SqlWork(
        context=cast("JobContext", fence),
        stream_id="stream_1",
        iteration=2,
        clock=lambda: moments.pop(0),
    )


async def test_parts_are_written_after_some_seconds_and_found_by_the_next_attempt(
    database: Database,
):
    fence = Fence(database)
    first = work(fence, [0.0, 1.0, 6.0, 6.0, 7.0])
    assert await first.found("a") is None
    await first.keep("a", Part(number=1))
    assert fence.num_checks == 0
    await first.keep("b", Part(number=2))
    assert fence.num_checks == 1
    await first.keep("c", Part(number=3))
    second = work(fence, [0.0])
    assert await second.found("a") == '{"number":1}'
    assert await second.found("b") == '{"number":2}'
    assert await second.found("c") is None
    assert second.num_reused == 2


async def test_an_attempt_that_lost_its_job_writes_nothing(database: Database):
    fence = Fence(database)
    zombie = work(fence, [0.0, 9.0, 9.0])
    await zombie.found("a")
    fence.is_lost = True
    with pytest.raises(RuntimeError, match="lost"):
        await zombie.keep("a", Part(number=1))
    assert await work(fence, [0.0]).found("a") is None


async def test_accepted_wishes_are_looked_up_by_hash_however_many(database: Database):
    keys = [f"key_{number}" for number in range(1200)]
    async with database.transaction() as connection:
        rows = [{"stream_id": "stream_1", "key": key} for key in keys[:1100]]
        await connection.execute(accepted_wishes.insert(), rows)
    known = await SqlWishes(database=database, stream_id="stream_1").known(keys)
    assert known == frozenset(keys[:1100])
    assert await SqlWishes(database=database, stream_id="stream_2").known(keys) == frozenset()
