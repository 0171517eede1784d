"""Pooled connections to PostgreSQL: those that rested are tried before they are used again."""

import time
from typing import Protocol, cast

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

RESTED_SECONDS = 0.05
"""A connection that rested for longer is tried before it is used again."""


class AsyncpgConnection(Protocol):
    """What is asked of asyncpg's own connection."""

    def is_closed(self) -> bool:
        """Return whether it was lost or ended."""
        ...


def try_rested(engine: AsyncEngine) -> None:
    """Try connections that rested, and replace lost ones.

    SQLAlchemy's `pool_pre_ping` tries at every use, which costs three round trips of what are often
    five.
    """
    dialect, key = engine.dialect, "rested_since"

    def rest(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[key] = time.monotonic()

    def use(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        driven = cast("AsyncpgConnection", record.driver_connection)
        if driven.is_closed():
            raise InvalidatePoolError
        since = record.info.get(key)
        if since is None or time.monotonic() - since < RESTED_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            raise InvalidatePoolError from error

    event.listen(engine.sync_engine, "checkin", rest)
    event.listen(engine.sync_engine, "checkout", use)
