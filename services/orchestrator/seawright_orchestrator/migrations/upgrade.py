"""Bring the orchestrator's database up to the newest revision."""

from pathlib import Path

from seawright_orchestrator.adapters.tables.metadata import SCHEMA
from seawright_shared.stores.migrations import (
    RevisionCheck,
    await_revision,
    upgrade_tables,
)
from seawright_shared.stores.sql import Database

LOCK = 0x5EA0
FOLDER = Path(__file__).parent
COMMAND = "seawright-orchestrator migrate"


async def upgrade(database_url: str) -> None:
    """Run all revisions that the database has not seen."""
    database = Database(database_url, SCHEMA)
    try:
        await upgrade_tables(database, FOLDER, lock=LOCK)
    finally:
        await database.aclose()


async def await_schema(database_url: str) -> None:
    """Return when somebody has run all revisions that this version needs."""
    database = Database(database_url, SCHEMA)
    try:
        await await_revision(RevisionCheck(database, FOLDER, migrate=COMMAND, is_self_made=False))
    finally:
        await database.aclose()
