"""Revisions can be undone and applied again without losing rows, and older code works on newer tables."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect, text

import seawright_orchestrator.adapters.tables.metadata as orchestrator_tables
import seawright_orchestrator.migrations.upgrade as orchestrator_migrations
import seawright_trainer.adapters.tables as trainer_tables
import seawright_trainer.migrations.upgrade as trainer_migrations
from seawright_shared.jobs import JobContext, JobKit, JobTimes, NewJob
from seawright_shared.jobs.tables import JobTables
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.sql import Database

pytestmark = pytest.mark.anyio
TIMES = JobTimes(lease=5.0, beat=5.0, poll=0.1, relay=0.05, sweep=0.1, rebell=0.5)


@dataclass(frozen=True)
class Service:
    """Whose tables, and how they are brought to their newest revision."""

    name: str
    metadata: MetaData
    jobs: JobTables
    folder: Path
    upgrade: Callable[[str], Awaitable[None]]

    def revisions(self) -> list[str]:
        """Return the revisions, the newest first."""
        script = ScriptDirectory.from_config(_config(self.folder))
        return [each.revision for each in script.walk_revisions()]


SERVICES = {
    "orchestrator": Service(
        "orchestrator",
        orchestrator_tables.metadata,
        orchestrator_tables.job_tables,
        orchestrator_migrations.FOLDER,
        orchestrator_migrations.upgrade,
    ),
    "trainer": Service(
        "trainer",
        trainer_tables.metadata,
        trainer_tables.job_tables,
        trainer_migrations.FOLDER,
        trainer_migrations.upgrade,
    ),
}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> Service:
    return SERVICES[request.param]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"{request.param}_url")


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


async def taken_back(database: Database, service: Service, revision: str) -> None:
    """Undo revisions down to this one."""

    def run(connection: Connection) -> None:
        config = _config(service.folder)
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

    async with database.transaction() as connection:
        await connection.run_sync(run)


def kit_of(database: Database, service: Service) -> JobKit:
    return JobKit.open(database, service.jobs, None, service=service.name, times=TIMES)


async def job_made(database: Database, service: Service) -> str:
    """Put a job in place, as the service does."""
    kit = kit_of(database, service)
    async with database.transaction() as connection:
        job_id = await kit.queue.enqueue(connection, NewJob(kind="work", payload={"n": 7}))
    await kit.aclose()
    return job_id


async def job_is_done(database: Database, service: Service, job_id: str) -> None:
    """The job is taken, done with its payload, and read again."""
    kit, seen = kit_of(database, service), list[object]()

    async def work(context: JobContext) -> None:
        seen.append(context.payload["n"])

    assert await kit.run_until_idle({"work": work}) == 1
    assert seen == [7]
    async with database.reading() as connection:
        assert (await kit.queue.get(connection, job_id)).status is JobStatus.SUCCEEDED
    await kit.aclose()


def tables_left(connection: Connection, service: Service) -> set[str]:
    schema = None if connection.dialect.name == "sqlite" else service.name
    return set(inspect(connection).get_table_names(schema=schema)) - {"alembic_version"}


def differences(connection: Connection, service: Service) -> list[object]:
    options = {"include_schemas": True, "version_table_schema": service.name, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, service.metadata))


async def test_every_revision_is_undone_and_applied_again_and_rows_outlive_it(
    service: Service, url: str
):
    await service.upgrade(url)
    database = Database(url, service.name)
    job_id = await job_made(database, service)
    newest, *earlier = service.revisions()
    assert len(earlier) >= 1, newest
    for revision in earlier:
        await taken_back(database, service, revision)
        await service.upgrade(url)
        async with database.reading() as connection:
            left = await connection.run_sync(tables_left, service)
            assert {table.name for table in service.metadata.tables.values()} <= left
            if not database.is_sqlite:
                assert await connection.run_sync(differences, service) == []
    await job_is_done(database, service, job_id)
    await database.aclose()


async def test_all_revisions_undone_leave_no_table(service: Service, url: str):
    await service.upgrade(url)
    database = Database(url, service.name)
    await taken_back(database, service, "base")
    async with database.reading() as connection:
        assert await connection.run_sync(tables_left, service) == set()
    await database.aclose()


async def test_this_version_works_on_the_tables_of_the_next(service: Service, url: str):
    """What a revision may do is done to every table: a column with a default, an index, a table."""
    await service.upgrade(url)
    database = Database(url, service.name)
    before = await job_made(database, service)
    prefix = "" if database.is_sqlite else f"{service.name}."
    async with database.transaction() as connection:
        for table in service.metadata.tables.values():
            whole = f"{prefix}{table.name}"
            await connection.execute(
                text(f"ALTER TABLE {whole} ADD COLUMN shelf INTEGER NOT NULL DEFAULT 0")
            )
            await connection.execute(text(f"CREATE INDEX of_{table.name} ON {whole} (shelf)"))
        await connection.run_sync(Table("later", MetaData(), Column("id", Integer)).create)
    await job_is_done(database, service, before)
    await job_is_done(database, service, await job_made(database, service))
    await database.aclose()
