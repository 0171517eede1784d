"""Bring a database up to the newest revision, or say what it lacks."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.tables import SCHEMA

LOCK = 0x5EA1
"""Advisory lock: two migrations at once wait for each other."""


async def upgrade(database_url: str) -> None:
    """Run all revisions that the database has not seen, in one transaction."""
    database = Database(database_url, SCHEMA)
    try:
        async with database.transaction() as connection:
            if not database.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                await connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            await connection.run_sync(run_revisions)
    finally:
        await database.aclose()


def run_revisions(connection: Connection) -> None:
    """Run the revisions on a connection that is in a transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
