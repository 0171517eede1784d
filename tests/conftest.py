"""Fixtures for all tests: an event loop, real servers on demand, quiet logs."""

import itertools
import logging
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog

from tests.support.servers import PostgresServer, RedisServer

_NAMES = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, which is what the services run on."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """Send the services' logs through standard logging, where pytest captures them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.ExceptionRenderer(),
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _folder() -> Generator[Path]:
    # Other accounts may enter it: PostgreSQL's does, when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="seawright-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server_folder() -> Generator[Path]:
    """Yield a folder for a server of the test's own; pytest's folders are closed to others."""
    yield from _folder()


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresServer]:
    """Yield a PostgreSQL that runs until the session ends."""
    for folder in _folder():
        server = PostgresServer(folder=folder).start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Generator[RedisServer]:
    """Yield a Redis that runs until the session ends."""
    for folder in _folder():
        server = RedisServer(folder=folder).start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Generator[str]:
    """Yield the SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    name = f"test_{next(_NAMES)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Return the URL of an empty Redis."""
    redis_server.flush()
    return redis_server.url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the SQLAlchemy URL of an empty SQLite file."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
