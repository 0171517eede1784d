"""The revisions build exactly the tables that the trainer uses."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.tables import SCHEMA, metadata
from seawright_trainer.migrations.upgrade import upgrade

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={"include_schemas": True, "version_table_schema": SCHEMA, "compare_type": True},
    )
    return list(compare_metadata(context, metadata))


async def test_the_newest_revision_is_what_the_code_expects(postgres_url: str):
    await upgrade(postgres_url)
    await upgrade(postgres_url)
    database = Database(postgres_url, SCHEMA)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.aclose()
