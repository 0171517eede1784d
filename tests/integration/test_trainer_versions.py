"""Versions in the trainer's tables: what a run serves only rises."""

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import select

from seawright_shared.jobs import EventLog, JobQueue, MemoryDoorbell
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.sql_runs import SqlRuns
from seawright_trainer.adapters.sql_versions import SqlVersions
from seawright_trainer.adapters.tables import (
    SCHEMA,
    job_tables,
    metadata,
    policy_versions,
    training_runs,
)

pytestmark = pytest.mark.anyio
SPEC = TrainingSpec(kind="grpo", model=ModelSpec(uri="/b", name="rl"), dataset_id="d", num_steps=9)


def version_of(number: int) -> PolicyVersion:
    return PolicyVersion(model="rl", version=number, uri=f"/{number}", sha256=str(number))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest) -> AsyncGenerator[Database]:
    made = Database(request.getfixturevalue(f"{request.param}_url"), SCHEMA)
    await made.create_tables(metadata)
    yield made
    await made.aclose()


async def test_an_older_version_that_is_marked_late_does_not_turn_the_run_back(
    database: Database,
):
    events = EventLog(database, job_tables)
    queue = JobQueue(database, job_tables, MemoryDoorbell())
    async with database.transaction() as connection:
        run = await SqlRuns(database, queue, events).create(connection, SPEC)
    versions = SqlVersions(database, events)
    for number in (0, 1):
        await versions.adopt_version(run.id, version_of(number))
    found: list[int] = []
    for number in (1, 0, 1):
        await versions.mark_served(run.id, version_of(number))
        async with database.reading() as connection:
            shown = select(training_runs.c.version).where(training_runs.c.id == run.id)
            found.append((await connection.execute(shown)).scalar_one())
    assert found == [1, 1, 1]
    async with database.reading() as connection:
        states = (await connection.execute(select(policy_versions.c.state))).scalars().all()
    assert set(states) == {"served"}
