"""SQL databases: transactions on PostgreSQL (asyncpg) or SQLite (aiosqlite) with one meaning."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from sqlalchemy import ColumnElement, Interval, MetaData, event, func, literal, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateSchema

from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.clock import Clock, utc_now
from seawright_shared.stores.columns import UtcTime
from seawright_shared.stores.rested import try_rested

Hook = Callable[[], None]
_UNKEPT = frozenset({"22021", "22P05"})
"""PostgreSQL's states for NUL in a text and in a JSON document."""

MAX_MOMENTS = 64
"""Of shifted moments kept as SQL: making one costs a tenth of a millisecond."""


class SqliteConnection(Protocol):
    """What is asked of aiosqlite's adapted connection."""

    isolation_level: str | None

    def cursor(self) -> "SqliteCursor":
        """Return a cursor."""
        ...


class SqliteCursor(Protocol):
    """What is asked of its cursor."""

    def execute(self, statement: str) -> object:
        """Run one statement."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """How many connections, and how long a statement may take or wait, in seconds."""

    size: int = 10
    overflow: int = 10
    wait_seconds: float = 15.0
    statement_seconds: float = 30.0
    lock_seconds: float = 15.0


class Database:
    """One database. `schema` names the schema in the tables' MetaData: SQLite drops the name.

    On SQLite (a file, owned by one service) writers are taken one at a time, in order.
    """

    def __init__(
        self,
        url: str,
        schema: str | None = None,
        *,
        pool: Pool | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.url = url
        self.schema = schema
        self.clock = clock
        self._pool = pool or Pool()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = self._sqlite() if self.is_sqlite else self._postgres()
        self._writer = asyncio.Lock()
        self._hooks: dict[AsyncConnection, list[Hook]] = {}
        self._moments: dict[timedelta, ColumnElement[datetime]] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """Yield a connection in a transaction: committed at the end, rolled back on an error."""
        async with self._turn(), self._connected("IMMEDIATE") as connection:
            self._hooks[connection] = []
            try:
                async with connection.begin():
                    yield connection
                hooks = self._hooks[connection]
            finally:
                del self._hooks[connection]
        for hook in hooks:
            hook()

    @asynccontextmanager
    async def single(self) -> AsyncGenerator[AsyncConnection]:
        """Yield a connection for one statement, which on PostgreSQL commits by itself."""
        if self.is_sqlite:
            async with self.transaction() as connection:
                yield connection
            return
        async with self._connected("") as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Yield a connection that only reads, from one snapshot; it never waits for writers."""
        async with self._connected("DEFERRED") as connection:
            if not self.is_sqlite:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            async with connection.begin():
                yield connection

    def after_commit(self, connection: AsyncConnection, hook: Hook) -> None:
        """Call the hook when the transaction that yielded this connection has committed."""
        assert connection in self._hooks, "not a connection of transaction()"
        self._hooks[connection].append(hook)

    def now(self, offset_seconds: float = 0.0) -> ColumnElement[datetime]:
        """Return the present moment, shifted, as SQL: the server's clock on PostgreSQL."""
        offset = timedelta(seconds=offset_seconds)
        if self.is_sqlite:
            return literal(self.clock() + offset, UtcTime)
        if (moment := self._moments.get(offset)) is None:
            moment = (func.clock_timestamp() + literal(offset, Interval)).cast(UtcTime)
            if len(self._moments) < MAX_MOMENTS:
                self._moments[offset] = moment
        return moment

    async def present(self, connection: AsyncConnection) -> datetime:
        """Return the moment that `now()` means."""
        return (await connection.execute(select(self.now()))).scalar_one()

    async def create_tables(self, metadata: MetaData) -> None:
        """Create schema and tables that do not exist; for embedded mode and tests."""
        async with self.transaction() as connection:
            if not self.is_sqlite and metadata.schema:
                await connection.execute(CreateSchema(metadata.schema, if_not_exists=True))
            await connection.run_sync(metadata.create_all)

    async def ping(self) -> None:
        """Raise `UnavailableError` unless the database answers."""
        async with self._connected("DEFERRED") as connection:
            await connection.execute(text("SELECT 1"))

    def sibling(self) -> "Database":
        """Return another engine on the same database, for another thread's event loop."""
        return Database(self.url, self.schema, pool=Pool(size=1, overflow=1), clock=self.clock)

    async def aclose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def _connected(self, begin: str) -> AsyncGenerator[AsyncConnection]:
        try:
            async with self.engine.connect() as connection:
                if self.is_sqlite:
                    await connection.execution_options(seawright_begin=begin)
                yield connection
        except (OSError, PoolTimeoutError) as error:
            raise UnavailableError(f"the database cannot be reached: {error}") from error
        except DBAPIError as error:
            if _state(error) in _UNKEPT:
                raise InvalidRequestError("a text holds NUL, which no text here can") from error
            if not _is_outage(error):
                raise
            raise UnavailableError(f"the database is unavailable: {error.orig}") from error

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Wait for this process's turn to write, on SQLite; elsewhere rows are locked."""
        if not self.is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(self._pool.statement_seconds):
                await self._writer.acquire()
        except TimeoutError as error:
            raise UnavailableError("another transaction holds the SQLite database") from error
        try:
            yield
        finally:
            self._writer.release()

    def _postgres(self) -> AsyncEngine:
        pool = self._pool
        settings = {
            "statement_timeout": f"{pool.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{pool.lock_seconds * 1000:.0f}",
            "timezone": "UTC",
        }
        engine = create_async_engine(
            self.url,
            pool_size=pool.size,
            max_overflow=pool.overflow,
            pool_timeout=pool.wait_seconds,
            pool_use_lifo=True,
            connect_args={"server_settings": settings, "timeout": 10},
        )
        try_rested(engine)
        return engine

    def _sqlite(self) -> AsyncEngine:
        file = make_url(self.url).database
        assert file not in {None, "", ":memory:"}, "SQLite needs a file: connections share it"
        # aiosqlite logs every call at DEBUG.
        logging.getLogger("aiosqlite").setLevel(logging.INFO)
        engine = create_async_engine(
            self.url, pool_size=self._pool.size, max_overflow=self._pool.overflow
        ).execution_options(schema_translate_map={self.schema: None} if self.schema else {})
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine


def _prepare_sqlite(connection: DBAPIConnection, record: object) -> None:
    del record
    adapted = cast("SqliteConnection", connection)
    adapted.isolation_level = None
    cursor = adapted.cursor()
    for pragma in (
        "busy_timeout=15000",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a transaction that upgrades later could only fail."""
    kind = connection.get_execution_options().get("seawright_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _is_outage(error: DBAPIError) -> bool:
    """Return whether the server, not the statement, is at fault."""
    if error.connection_invalidated or isinstance(error.orig, ConnectionError):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig)
    # Connection, resources, operator intervention (a shutdown, a start, a timeout).
    return _state(error)[:2] in {"08", "53", "57"}


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
