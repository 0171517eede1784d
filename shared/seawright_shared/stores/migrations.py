"""Bring a service's tables up to its newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from seawright_shared.stores.sql import Database


async def upgrade_tables(database: Database, folder: Path, *, lock: int) -> None:
    """Run all revisions in `folder` that the database has not seen, in one transaction.

    `lock` is an advisory lock's number: two upgrades of one service wait for each other. The
    folder's env.py finds the connection in `config.attributes["connection"]`.
    """

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with database.transaction() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({lock})"))
            if database.schema is not None:
                await connection.execute(CreateSchema(database.schema, if_not_exists=True))
        await connection.run_sync(run)
