"""Policy versions in SQL: numbers of a model only rise."""

from typing import Literal

from pydantic import JsonValue
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.jobs.events import EventLog
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.specs import TrainingSpec
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.run_rows import run_row, version_record
from seawright_trainer.adapters.tables import checkpoints, policy_versions, training_runs


class SqlVersions:
    """What was published, by whom, and what is to be."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    async def mark_served(self, run_id: str, version: PolicyVersion) -> None:
        """The version is served: it is the run's version now, unless a newer one is."""
        table = policy_versions
        async with self._database.transaction() as connection:
            served = (
                update(table)
                .where(table.c.model == version.model, table.c.version == version.version)
                .where(table.c.state != "served")
                .values(state="served")
            )
            is_new = (await connection.execute(served)).rowcount == 1
            runs = training_runs
            is_behind = (runs.c.id == run_id) & (runs.c.version <= version.version)
            moved = update(runs).where(is_behind)
            await connection.execute(
                moved.values(version=version.version, updated_at=self._database.now())
            )
            if is_new:
                said: dict[str, JsonValue] = {"model": version.model, "version": version.version}
                await self._events.append(connection, run_id, "version.published", said)

    async def adopt_version(self, run_id: str, version: PolicyVersion) -> None:
        """Know a version that was served before, as the base of the next number."""
        del run_id
        async with self._database.transaction() as connection:
            table = policy_versions
            known = select(table.c.version).where(
                table.c.model == version.model, table.c.version == version.version
            )
            if (await connection.execute(known)).first() is None:
                await insert_version(
                    self._database, connection, version, attempt=None, state="served"
                )

    async def allocate_version(self, run_id: str, wanted: PolicyVersion) -> PolicyVersion:
        """Give the weights the model's next number; the same weights keep theirs."""
        table = policy_versions
        async with self._database.transaction() as connection:
            newest = (
                select(table)
                .where(table.c.model == wanted.model)
                .order_by(table.c.version.desc())
                .limit(1)
            )
            row = (await connection.execute(newest)).mappings().one_or_none()
            if row is not None and row["sha256"] == wanted.sha256:
                return version_record(row)
            number = 0 if row is None else int(row["version"]) + 1
            version = wanted.model_copy(update={"version": number, "training_run_id": run_id})
            await insert_version(
                self._database, connection, version, attempt=None, state="allocated"
            )
            return version

    async def checkpoint_weights(self, run_id: str, step: int) -> PolicyVersion | None:
        """Return the export made with the checkpoint of `step`; its number is still open."""
        table = checkpoints
        statement = (
            select(table, training_runs.c.spec)
            .join(training_runs, training_runs.c.id == table.c.training_run_id)
            .where(table.c.training_run_id == run_id, table.c.step == step)
            .order_by(table.c.attempt.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None or row["export_uri"] is None:
            return None
        return PolicyVersion(
            model=TrainingSpec.model_validate(row["spec"]).model.name,
            version=0,
            uri=row["export_uri"],
            sha256=row["export_sha256"],
            training_run_id=run_id,
            step=step,
        )

    async def of_step(self, run_id: str, step: int) -> PolicyVersion | None:
        """Return the version that the run made of its weights after `step`."""
        table = policy_versions
        statement = (
            select(table)
            .where(table.c.training_run_id == run_id, table.c.step == step)
            .order_by(table.c.version.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else version_record(row)

    async def current(self, run_id: str) -> PolicyVersion | None:
        """Return the version that the run has served last."""
        table = policy_versions
        async with self._database.reading() as connection:
            run = await run_row(connection, run_id)
            model = TrainingSpec.model_validate(run["spec"]).model.name
            statement = select(table).where(
                table.c.model == model, table.c.version == run["version"]
            )
            row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else version_record(row)


async def insert_version(
    database: Database,
    connection: AsyncConnection,
    version: PolicyVersion,
    *,
    attempt: int | None,
    state: Literal["allocated", "served"],
) -> None:
    """Add a version's row; its number must be free."""
    values = {
        **version.model_dump(),
        "attempt": attempt,
        "state": state,
        "created_at": database.now(),
    }
    await connection.execute(insert(policy_versions).values(values))
