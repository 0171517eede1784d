"""The revisions build exactly the tables that the service uses."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from seawright_orchestrator.adapters.tables.metadata import SCHEMA, metadata
from seawright_orchestrator.migrations.upgrade import upgrade
from seawright_shared.stores.sql import Database

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={"include_schemas": True, "version_table_schema": SCHEMA, "compare_type": True},
    )
    return list(compare_metadata(context, metadata))


async def test_the_newest_revision_is_what_the_code_expects(postgres_url: str):
    await upgrade(postgres_url)
    database = Database(postgres_url, SCHEMA)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.aclose()


async def test_upgrading_twice_changes_nothing(postgres_url: str):
    await upgrade(postgres_url)
    await upgrade(postgres_url)


async def test_a_database_that_lacks_the_tables_differs(postgres_url: str):
    database = Database(postgres_url, SCHEMA)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences)
    await database.aclose()
