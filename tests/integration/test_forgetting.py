"""A running service forgets idempotency keys that are older than it promises."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from seawright_orchestrator.adapters.tables.metadata import job_tables as orchestrator_tables
from seawright_orchestrator.adapters.tables.metadata import metadata as orchestrator_metadata
from seawright_shared.stores.clock import utc_now
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.tables import job_tables as trainer_tables
from seawright_trainer.adapters.tables import metadata as trainer_metadata
from tests.integration.test_readiness import SERVICES

pytestmark = pytest.mark.anyio
TABLES = {
    "orchestrator": (orchestrator_tables, orchestrator_metadata),
    "trainer": (trainer_tables, trainer_metadata),
}


@pytest.mark.parametrize("name", sorted(SERVICES))
async def test_old_keys_are_forgotten_and_young_ones_kept(
    name: str, sqlite_url: str, tmp_path: Path
):
    jobs, metadata = TABLES[name]
    keys = jobs.idempotency_keys
    database = Database(sqlite_url, name)
    await database.create_tables(metadata)
    now = utc_now()
    plain = {"method": "POST", "path": "/v1/runs", "body_sha256": "0", "token": "t"}
    async with database.transaction() as connection:
        for key, age in (("old", timedelta(days=2)), ("young", timedelta(hours=2))):
            await connection.execute(insert(keys).values(**plain, key=key, at=now - age))

    async def kept() -> list[str]:
        async with database.reading() as connection:
            return list((await connection.execute(select(keys.c.key))).scalars())

    app = SERVICES[name].build(sqlite_url, tmp_path, True)
    async with app.router.lifespan_context(app), asyncio.timeout(20):
        while "old" in await kept():  # noqa: ASYNC110 - it lies in a database
            await asyncio.sleep(0.02)
    assert await kept() == ["young"]
    await database.aclose()
