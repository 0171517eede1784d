"""Transactions mean the same on both databases; time is the injected clock's on SQLite."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, literal, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.columns import Json, UtcTime
from seawright_shared.stores.sql import Database, Pool

METADATA = MetaData(schema="counts")
COUNTS = Table(
    "counts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("num", Integer, nullable=False),
    Column("at", UtcTime),
)
MOMENTS = st.integers(0, 8 * 10**15).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest):
    """Yield a database with one count of 0."""
    database = Database(request.getfixturevalue(f"{request.param}_url"), "counts")
    await database.create_tables(METADATA)
    async with database.transaction() as connection:
        await connection.execute(insert(COUNTS).values(id=1, num=0))
    yield database
    await database.aclose()


async def num(database: Database) -> int:
    """Return the count."""
    async with database.reading() as connection:
        return (await connection.execute(select(COUNTS.c.num))).scalar_one()


async def test_an_error_undoes_the_transaction_and_its_hooks(database: Database):
    told: list[str] = []

    async def fail() -> None:
        async with database.transaction() as connection:
            database.after_commit(connection, lambda: told.append("committed"))
            await connection.execute(update(COUNTS).values(num=5))
            raise KeyError("no")

    with pytest.raises(KeyError):
        await fail()
    assert await num(database) == 0
    assert told == []


@pytest.mark.postgres
@pytest.mark.parametrize("column", [String(9), Json])
async def test_a_text_that_postgres_cannot_hold_is_the_fault_of_who_sent_it(
    postgres_url: str, column: TypeEngine[object]
):
    database = Database(postgres_url)
    with pytest.raises(InvalidRequestError, match="NUL"):
        async with database.transaction() as connection:
            await connection.execute(select(literal("a\0b", column)))
    await database.aclose()


async def test_hooks_run_after_the_commit(database: Database):
    told: list[str] = []
    async with database.transaction() as connection:
        database.after_commit(connection, lambda: told.append("committed"))
        assert told == []
    assert told == ["committed"]


async def test_concurrent_increments_are_all_counted(database: Database):
    async def add() -> None:
        async with database.transaction() as connection:
            locked = select(COUNTS.c.num).with_for_update()
            before = (await connection.execute(locked)).scalar_one()
            await connection.execute(update(COUNTS).values(num=before + 1))

    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(add())
    assert await num(database) == 40


async def test_a_reader_sees_the_last_commit_while_another_writes(database: Database):
    async with database.transaction() as connection:
        await connection.execute(update(COUNTS).values(num=7))
        assert await num(database) == 0
    assert await num(database) == 7


async def test_moments_come_back_as_they_were(database: Database):
    moment = datetime(2026, 11, 22, 18, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    async with database.transaction() as connection:
        await connection.execute(update(COUNTS).values(at=moment))
        stored = (await connection.execute(select(COUNTS.c.at))).scalar_one()
        is_past = select(COUNTS.c.id).where(COUNTS.c.at < database.now())
        later = select(COUNTS.c.id).where(COUNTS.c.at < database.now(-400 * 365 * 86_400))
        present = await database.present(connection)
        assert ((await connection.execute(is_past)).all() != []) == (moment < present)
        assert (await connection.execute(later)).all() == []
    assert stored == moment
    assert abs((present - datetime.now(UTC)).total_seconds()) < 60


async def test_sqlite_takes_the_time_from_the_clock_it_was_given(sqlite_url: str):
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    database = Database(sqlite_url, clock=lambda: moment)
    async with database.reading() as connection:
        assert await database.present(connection) == moment
    await database.aclose()


@given(one=MOMENTS, other=MOMENTS)
def test_sqlite_texts_sort_as_their_moments(one: datetime, other: datetime):
    dialect = sqlite.dialect()
    texts = [str(UtcTime().process_bind_param(moment, dialect)) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)


async def test_a_second_transaction_within_the_first_is_refused_not_stuck(sqlite_url: str):
    database = Database(sqlite_url, "counts", pool=Pool(statement_seconds=0.05))
    async with database.transaction():
        with pytest.raises(UnavailableError, match="another transaction"):
            async with database.transaction():
                pass
    await database.aclose()


async def test_a_database_that_is_away_is_unavailable():
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(UnavailableError):
        await database.ping()
    await database.aclose()
