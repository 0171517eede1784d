"""Inserts that a retry may repeat."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.stores.sql import Database

BATCH = 500
"""Rows of one statement: SQLite allows 32766 variables."""


async def insert_new(
    database: Database,
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
) -> int:
    """Insert the rows whose keys are not there yet, and return how many that were."""
    add = insert_sqlite if database.is_sqlite else insert_postgres
    num_new = 0
    for start in range(0, len(rows), BATCH):
        batch = [dict(row) for row in rows[start : start + BATCH]]
        statement = add(table).values(batch).on_conflict_do_nothing()
        num_new += (await connection.execute(statement)).rowcount
    return num_new
