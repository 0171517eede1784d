"""The ledger in SQL: batches handed out, steps, episodes used, checkpoints, policy versions."""

from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.trainer import StepReport
from seawright_shared.errors import ConflictError
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.base import content_id
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion
from seawright_shared.records.specs import TrainingSpec
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.run_rows import (
    checkpoint_record,
    held_row,
    run_row,
    version_record,
)
from seawright_trainer.adapters.sql_versions import insert_version
from seawright_trainer.adapters.tables import (
    checkpoints,
    policy_versions,
    rollout_groups,
    step_batches,
    step_episodes,
    training_runs,
    training_steps,
)
from seawright_trainer.core.attempts import is_publish_due
from seawright_trainer.core.ports import StoredBatch, StoredStep
from seawright_trainer.core.retention import retention_of


class SqlSteps:
    """One transaction per method; the keys of the tables are what forbids a second use."""

    def __init__(self, database: Database, events: EventLog, *, keep_checkpoints: int) -> None:
        self._database = database
        self._events = events
        self._keep_checkpoints = keep_checkpoints

    async def handed_batch(self, run_id: str, attempt: int, step: int) -> StoredBatch | None:
        """Return the batch of this step, if it was handed out."""
        async with self._database.reading() as connection:
            return await _batch(connection, run_id, attempt, step)

    async def hand_batch(
        self,
        run_id: str,
        attempt: int,
        step: int,
        batch: StoredBatch,
        *,
        group_ids: Sequence[str],
    ) -> None:
        """Store the batch and take its groups, or raise `ConflictError`."""
        async with self._database.transaction() as connection:
            await held_row(connection, run_id, attempt)
            table = rollout_groups
            taken = (
                update(table)
                .where(table.c.training_run_id == run_id, table.c.state == "ready")
                .where(table.c.group_id.in_(group_ids))
                .values(state="handed", attempt=attempt, step=step)
            )
            if (await connection.execute(taken)).rowcount != len(group_ids):
                raise ConflictError("a group of the batch was taken meanwhile")
            values = {
                "training_run_id": run_id,
                "attempt": attempt,
                "step": step,
                "reference": batch.reference,
                "episode_ids": list(batch.episode_ids),
            }
            await connection.execute(insert(step_batches).values(values))

    async def record(self, run_id: str, attempt: int, report: StepReport) -> StoredStep:
        """Record the step, its episodes, checkpoint and version to come; idempotent."""
        async with self._database.transaction() as connection:
            run = await held_row(connection, run_id, attempt)
            if report.step > run["step"]:
                await self._record_new(connection, run_id, attempt, report)
            elif report.step < run["step"]:
                raise ConflictError(f"step {report.step} is long done; the run is at {run['step']}")
            spec = TrainingSpec.model_validate(run["spec"])
            await self._record_checkpoint(connection, run_id, attempt, report)
            await self._record_publication(connection, run_id, attempt, report, spec)
            return await _stored_step(connection, run_id, attempt, report.step)

    async def checkpoints(self, run_id: str) -> list[Checkpoint]:
        """Return the checkpoints that are kept, of surviving steps, newest first."""
        table = checkpoints
        statement = (
            select(table)
            .where(table.c.training_run_id == run_id, table.c.rolled_back_by.is_(None))
            .order_by(table.c.step.desc(), table.c.attempt.desc())
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
            spec = (await run_row(connection, run_id))["spec"] if rows else None
        if spec is None:
            return []
        found = [checkpoint_record(row) for row in rows]
        retention = retention_of(
            TrainingSpec.model_validate(spec),
            newest=self._keep_checkpoints,
            promoted={each.step for each in found if each.promoted_version is not None},
        )
        kept = retention.kept({each.step for each in found})
        return [each for each in found if each.step in kept]

    async def promote(self, checkpoint: Checkpoint, version: PolicyVersion) -> None:
        """Remember as what the checkpoint was served, or raise `ConflictError` where it is gone."""
        table = checkpoints
        marked = (
            update(table)
            .where(table.c.id == checkpoint.id, table.c.rolled_back_by.is_(None))
            .values(promoted_version=version.version)
        )
        said: dict[str, JsonValue] = {"step": checkpoint.step, "version": version.version}
        async with self._database.transaction() as connection:
            if (await connection.execute(marked)).rowcount != 1:
                raise ConflictError(f"the checkpoint of step {checkpoint.step} was rolled back")
            run_id = checkpoint.training_run_id
            await self._events.append(connection, run_id, "checkpoint.promoted", said)

    async def _record_new(
        self, connection: AsyncConnection, run_id: str, attempt: int, report: StepReport
    ) -> None:
        batch = await _batch(connection, run_id, attempt, report.step)
        if batch is None:
            raise ConflictError(f"attempt {attempt} was handed no batch for step {report.step}")
        if sorted(batch.episode_ids) != sorted(report.episode_ids):
            raise ConflictError(f"step {report.step} reports other episodes than it was handed")
        step = {
            "training_run_id": run_id,
            "step": report.step,
            "attempt": attempt,
            "version": 0,
            "metrics": report.metrics,
            "created_at": self._database.now(),
        }
        await connection.execute(insert(training_steps).values(step))
        used = [
            {"training_run_id": run_id, "episode_id": e, "step": report.step, "attempt": attempt}
            for e in report.episode_ids
        ]
        try:
            if used:
                await connection.execute(insert(step_episodes), used)
        except IntegrityError as error:
            raise ConflictError("an episode of this step was used before") from error
        groups = rollout_groups
        await connection.execute(
            update(groups)
            .where(groups.c.training_run_id == run_id, groups.c.state == "handed")
            .where(groups.c.attempt == attempt, groups.c.step == report.step)
            .values(state="used")
        )
        moved = update(training_runs).where(training_runs.c.id == run_id)
        await connection.execute(moved.values(step=report.step, updated_at=self._database.now()))
        said: dict[str, JsonValue] = {
            "step": report.step,
            "attempt": attempt,
            "num_episodes": len(report.episode_ids),
            "metrics": dict(report.metrics),
        }
        await self._events.append(connection, run_id, "step.finished", said)

    async def _record_checkpoint(
        self, connection: AsyncConnection, run_id: str, attempt: int, report: StepReport
    ) -> None:
        if report.checkpoint_uri is None:
            return
        step = report.step if report.saved_step is None else report.saved_step
        is_own = report.saved_step is None
        table = checkpoints
        known = select(table.c.id).where(
            table.c.training_run_id == run_id,
            table.c.step == step,
            table.c.attempt == attempt,
        )
        if (await connection.execute(known)).first() is not None:
            return
        # One step has one folder: an older attempt's row of it no longer describes it.
        await connection.execute(
            update(table)
            .where(table.c.training_run_id == run_id, table.c.step == step)
            .where(table.c.rolled_back_by.is_(None))
            .values(rolled_back_by=attempt)
        )
        values = {
            "id": content_id("ckpt", [run_id, attempt, step]),
            "training_run_id": run_id,
            "attempt": attempt,
            "step": step,
            "uri": report.checkpoint_uri,
            "world_size": report.world_size,
            "export_uri": report.export_uri if is_own else report.saved_export_uri,
            "export_sha256": report.export_sha256 if is_own else report.saved_export_sha256,
            "created_at": self._database.now(),
        }
        await connection.execute(insert(table).values(values))
        said: dict[str, JsonValue] = {"step": step, "attempt": attempt}
        await self._events.append(connection, run_id, "checkpoint.saved", said)

    async def _record_publication(
        self,
        connection: AsyncConnection,
        run_id: str,
        attempt: int,
        report: StepReport,
        spec: TrainingSpec,
    ) -> None:
        table = policy_versions
        is_applied = report.metrics.get("applied", 0.0) > 0
        is_due = is_publish_due(spec, report.step, is_applied=is_applied)
        if report.export_uri is None or report.export_sha256 is None or not is_due:
            return
        known = await _publication(connection, run_id, attempt, report.step)
        if known is not None:
            return
        newest = select(func.max(table.c.version)).where(table.c.model == spec.model.name)
        last = (await connection.execute(newest)).scalar_one_or_none()
        version = PolicyVersion(
            model=spec.model.name,
            version=0 if last is None else last + 1,
            uri=report.export_uri,
            sha256=report.export_sha256,
            training_run_id=run_id,
            step=report.step,
        )
        await insert_version(
            self._database, connection, version, attempt=attempt, state="allocated"
        )


async def _batch(
    connection: AsyncConnection, run_id: str, attempt: int, step: int
) -> StoredBatch | None:
    table = step_batches
    statement = select(table).where(
        table.c.training_run_id == run_id, table.c.attempt == attempt, table.c.step == step
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return StoredBatch(reference=row["reference"], episode_ids=tuple(row["episode_ids"]))


async def _publication(
    connection: AsyncConnection, run_id: str, attempt: int, step: int
) -> RowMapping | None:
    table = policy_versions
    statement = select(table).where(
        table.c.training_run_id == run_id, table.c.attempt == attempt, table.c.step == step
    )
    return (await connection.execute(statement)).mappings().one_or_none()


async def _stored_step(
    connection: AsyncConnection, run_id: str, attempt: int, step: int
) -> StoredStep:
    row = await _publication(connection, run_id, attempt, step)
    if row is not None:
        version = int(row["version"])
    else:
        current = select(training_runs.c.version).where(training_runs.c.id == run_id)
        version = int((await connection.execute(current)).scalar_one())
    table = training_steps
    await connection.execute(
        update(table)
        .where(table.c.training_run_id == run_id, table.c.step == step)
        .where(table.c.attempt == attempt)
        .values(version=version)
    )
    return StoredStep(
        step=step,
        attempt=attempt,
        version=version,
        publication=None if row is None else version_record(row),
        is_served=row is not None and row["state"] == "served",
    )
