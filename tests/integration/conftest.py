"""Houses to run the job kit in: embedded (SQLite) and a cluster's (PostgreSQL and Redis)."""

from collections.abc import AsyncGenerator

import pytest

from tests.integration.jobs.house import House, open_house

CLUSTER = pytest.param("cluster", marks=[pytest.mark.postgres, pytest.mark.redis])


@pytest.fixture(params=["embedded", CLUSTER])
async def house(request: pytest.FixtureRequest) -> AsyncGenerator[House]:
    """Yield an empty house of either form."""
    if request.param == "embedded":
        url, redis_url = request.getfixturevalue("sqlite_url"), None
    else:
        url = request.getfixturevalue("postgres_url")
        redis_url = request.getfixturevalue("redis_url")
    async for house in open_house(url, redis_url):
        yield house


@pytest.fixture
async def cluster(postgres_url: str, redis_url: str) -> AsyncGenerator[House]:
    """Yield an empty house on PostgreSQL and Redis."""
    async for house in open_house(postgres_url, redis_url):
        yield house
