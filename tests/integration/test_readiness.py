"""A service is not ready on a database of another revision, and says what to run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

import seawright_orchestrator.migrations.upgrade as orchestrator_migrations
import seawright_orchestrator.settings
import seawright_orchestrator.wiring
import seawright_trainer.migrations.upgrade as trainer_migrations
import seawright_trainer.settings
import seawright_trainer.wiring
from seawright_shared.errors import UnavailableError
from seawright_shared.stores.migrations import RevisionCheck, await_revision
from seawright_shared.stores.sql import Database

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Service:
    """How to build one, and how to migrate its database."""

    build: Callable[[str, Path, bool], FastAPI]
    upgrade: Callable[[str], Awaitable[None]]
    command: str
    schema: str


def orchestrator(url: str, folder: Path, create_tables: bool) -> FastAPI:
    settings = seawright_orchestrator.settings.Settings(
        database_url=url, blob_dir=folder, create_tables=create_tables, num_workers=0
    )
    return seawright_orchestrator.wiring.build(settings)


def trainer(url: str, folder: Path, create_tables: bool) -> FastAPI:
    settings = seawright_trainer.settings.Settings(
        database_url=url,
        blob_dir=folder,
        runs_dir=folder,
        create_tables=create_tables,
        self_url="http://trainer",
    )
    return seawright_trainer.wiring.build(settings)


SERVICES = {
    "orchestrator": Service(
        orchestrator,
        orchestrator_migrations.upgrade,
        "seawright-orchestrator migrate",
        "orchestrator",
    ),
    "trainer": Service(trainer, trainer_migrations.upgrade, "seawright-trainer migrate", "trainer"),
}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> Service:
    return SERVICES[request.param]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"{request.param}_url")


async def schema_check(app: FastAPI) -> tuple[int, str]:
    """Ask /readyz; tables that are missing trouble the workers, which are not started here."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        reply = await client.get("/readyz")
    return reply.status_code, reply.json()["checks"]["schema"]


async def test_without_revisions_it_is_unready_and_names_the_command(
    service: Service, url: str, tmp_path: Path
):
    status, why = await schema_check(service.build(url, tmp_path, False))
    assert status == 503
    assert "without any revision" in why
    assert f"run `{service.command}`" in why


async def test_after_the_command_it_is_ready(service: Service, url: str, tmp_path: Path):
    app = service.build(url, tmp_path, False)
    assert (await schema_check(app))[0] == 503
    await service.upgrade(url)
    assert await schema_check(app) == (200, "ok")


@pytest.mark.parametrize("create_tables", [True, False])
async def test_at_another_revision_it_is_unready_whoever_makes_its_tables(
    service: Service, url: str, tmp_path: Path, create_tables: bool
):
    await service.upgrade(url)
    database = Database(url, service.schema)
    table = "alembic_version" if database.is_sqlite else f"{service.schema}.alembic_version"
    async with database.transaction() as connection:
        await connection.execute(text(f"UPDATE {table} SET version_num = 'older'"))
    await database.aclose()
    status, why = await schema_check(service.build(url, tmp_path, create_tables))
    assert status == 503
    assert "at revision older, not at" in why
    assert service.command in why


async def test_the_orchestrator_tells_how_full_it_is_where_it_can_know(url: str, tmp_path: Path):
    app = orchestrator(url, tmp_path, True)
    async with app.router.lifespan_context(app):
        assert await saturation(app) == {"waiting_jobs": 0.0, "waiting_bytes": 0.0}
    elsewhere = "postgresql+asyncpg://nobody@127.0.0.1:9/none"
    # Without its database it is unready, and knows of no share.
    assert await saturation(orchestrator(elsewhere, tmp_path, False)) == {}


async def saturation(app: FastAPI) -> dict[str, float]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return (await client.get("/readyz")).json()["saturation"]


async def test_a_service_that_makes_its_own_tables_is_ready_without_revisions(
    service: Service, url: str, tmp_path: Path
):
    app = service.build(url, tmp_path, True)
    async with app.router.lifespan_context(app):
        assert await schema_check(app) == (200, "ok")


async def test_tables_of_a_later_revision_are_well_so_that_a_release_can_be_taken_back(
    service: Service, url: str, tmp_path: Path
):
    await service.upgrade(url)
    database = Database(url, service.schema)
    table = "alembic_version" if database.is_sqlite else f"{service.schema}.alembic_version"
    for number, expected in (("9999", 200), ("0000", 503)):
        async with database.transaction() as connection:
            await connection.execute(text(f"UPDATE {table} SET version_num = '{number}'"))
        status, _ = await schema_check(service.build(url, tmp_path, False))
        assert status == expected
    await database.aclose()


async def test_a_service_waits_for_its_tables_and_says_for_what(service: Service, url: str):
    waited: list[float] = []

    async def migrated(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            await service.upgrade(url)

    database = Database(url, service.schema)
    module = {
        "orchestrator": orchestrator_migrations,
        "trainer": trainer_migrations,
    }[service.schema]
    check = RevisionCheck(database, module.FOLDER, migrate=service.command, is_self_made=False)
    await await_revision(check, sleep=migrated)
    assert len(waited) == 2
    async with database.transaction() as connection:
        table = "alembic_version" if database.is_sqlite else f"{service.schema}.alembic_version"
        await connection.execute(text(f"UPDATE {table} SET version_num = '0000'"))

    async def nobody_comes(seconds: float) -> None:
        waited.append(seconds)

    with pytest.raises(UnavailableError, match=service.command):
        await await_revision(check, seconds=6, sleep=nobody_comes)
    await database.aclose()
