"""Bring a service's tables up to its newest revision, and tell when they are not."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema
from structlog.stdlib import get_logger

from seawright_shared.errors import UnavailableError
from seawright_shared.stores.sql import Database

AWAIT_SECONDS = 900.0
POLL_SECONDS = 2.0


async def upgrade_tables(database: Database, folder: Path, *, lock: int) -> None:
    """Run all revisions in `folder` that the database has not seen, in one transaction.

    `lock` is an advisory lock's number: two upgrades of one service wait for each other. The
    folder's env.py finds the connection in `config.attributes["connection"]`.
    """

    def run(connection: Connection) -> None:
        config = _config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with database.transaction() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({lock})"))
            if database.schema is not None:
                await connection.execute(CreateSchema(database.schema, if_not_exists=True))
        await connection.run_sync(run)


class RevisionCheck:
    """A readiness check: the tables are those that this version of the service was made for.

    Tables of a later revision are well, too: revisions only add what older code does not miss, so
    that a release can be taken back without its database. Revisions are numbered.
    `is_self_made`: the service makes its missing tables itself, as embedded mode does; a database
    that never saw a revision is then well.
    """

    def __init__(
        self, database: Database, folder: Path, *, migrate: str, is_self_made: bool
    ) -> None:
        self._database = database
        self._folder = folder
        self._migrate = migrate
        self._is_self_made = is_self_made
        self._heads: set[str] | None = None
        self._lock = threading.Lock()

    async def __call__(self) -> str | None:
        """Return None, or a sentence that names the command which helps."""
        expected = self._heads or await asyncio.to_thread(self._newest)
        async with self._database.reading() as connection:
            found = set(await connection.run_sync(self._present))
        if found == expected or (not found and self._is_self_made):
            return None
        if found and is_ahead(found, expected):
            return None
        at = f"at revision {', '.join(sorted(found))}" if found else "without any revision"
        return f"the database is {at}, not at {', '.join(sorted(expected))}: run `{self._migrate}`"

    def _newest(self) -> set[str]:
        # A probe that gave up leaves its thread here: the next one waits for what that one reads,
        # where each beginning anew would keep a busy machine from ever being ready.
        with self._lock:
            if self._heads is None:
                self._heads = set(ScriptDirectory.from_config(_config(self._folder)).get_heads())
            return self._heads

    def _present(self, connection: Connection) -> tuple[str, ...]:
        schema = None if self._database.is_sqlite else self._database.schema
        context = MigrationContext.configure(connection, opts={"version_table_schema": schema})
        return context.get_current_heads()


def is_ahead(found: set[str], expected: set[str]) -> bool:
    """Whether every revision found is numbered, and later than all that are expected."""
    if not all(name.isdecimal() for name in found | expected):
        return False
    return min(map(int, found)) > max(map(int, expected))


async def await_revision(
    check: Callable[[], Awaitable[str | None]],
    *,
    seconds: float = AWAIT_SECONDS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return when the tables are there; `UnavailableError` says what is missing after so long."""
    missing: str | None = None
    for _ in range(round(seconds / POLL_SECONDS)):
        try:
            missing = await check()
        except UnavailableError as error:
            missing = error.detail
        if missing is None:
            return
        get_logger().info("schema.awaited", why=missing)
        await sleep(POLL_SECONDS)
    raise UnavailableError(f"still waiting after {seconds:g} s: {missing}")


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config
