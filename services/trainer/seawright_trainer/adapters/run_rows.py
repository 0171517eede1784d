"""Rows of training runs and steps as records."""

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.trainer import StepEvaluation, TrainingRun, TrainingStep
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion
from seawright_trainer.adapters.tables import rollout_groups, step_evaluations, training_runs
from seawright_trainer.core.early_stop import best_of
from seawright_trainer.core.training_runs import RunState


async def run_row(
    connection: AsyncConnection, run_id: str, *, is_locked: bool = False
) -> RowMapping:
    """Return the run's row, locked until the commit where asked, or raise `NotFoundError`."""
    statement = select(training_runs).where(training_runs.c.id == run_id)
    if is_locked:
        statement = statement.with_for_update()
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no training run {run_id}", {"training_run_id": run_id})
    return row


async def held_row(connection: AsyncConnection, run_id: str, attempt: int) -> RowMapping:
    """Return the run's row, locked, or raise `ConflictError` where the attempt lost it."""
    row = await run_row(connection, run_id, is_locked=True)
    if row["attempt"] != attempt:
        raise ConflictError(
            f"attempt {attempt} no longer holds the run; attempt {row['attempt']} does",
            {"training_run_id": run_id, "attempt": attempt},
        )
    return row


async def group_counts(connection: AsyncConnection, run_id: str) -> dict[str, int]:
    """Return how many groups the run received, by state."""
    table = rollout_groups
    statement = (
        select(table.c.state, func.count())
        .where(table.c.training_run_id == run_id)
        .group_by(table.c.state)
    )
    rows = (await connection.execute(statement)).all()
    return {row[0]: row[1] for row in rows}


async def evaluations_of(connection: AsyncConnection, row: RowMapping) -> list[StepEvaluation]:
    """Return the run's evaluations, by step."""
    if row["spec"].get("early_stop") is None:
        return []
    table = step_evaluations
    statement = select(table).where(table.c.training_run_id == row["id"]).order_by(table.c.step)
    found = (await connection.execute(statement)).mappings().all()
    return [StepEvaluation.model_validate(dict(one)) for one in found]


async def shown_run(connection: AsyncConnection, row: RowMapping) -> TrainingRun:
    """Return the run as people see it."""
    shown = TrainingRun.model_validate(
        {
            **row,
            "num_groups": await group_counts(connection, row["id"]),
            "evaluations": await evaluations_of(connection, row),
        }
    )
    if shown.spec.early_stop is None:
        return shown
    best = best_of(shown.evaluations, shown.spec.early_stop)
    return shown.model_copy(update={"best_step": None if best is None else best.step})


async def run_state(connection: AsyncConnection, row: RowMapping) -> RunState:
    """Return the run as the use cases see it."""
    return RunState(
        shown=await shown_run(connection, row),
        desired=row["desired"],
        begun_attempt=row["begun_attempt"],
        num_failures=row["num_failures"],
        stream_id=row["stream_id"],
        group_cursor=row["group_cursor"],
        num_flat_groups=row["num_flat_groups"],
        rendering=row["rendering"],
    )


def step_record(row: RowMapping, episode_ids: list[str]) -> TrainingStep:
    """Return a step as people see it."""
    return TrainingStep.model_validate(
        {**row, "episode_ids": episode_ids, "rolled_back": row["rolled_back_by"] is not None}
    )


def checkpoint_record(row: RowMapping) -> Checkpoint:
    """Return a checkpoint."""
    return Checkpoint.model_validate(dict(row))


def version_record(row: RowMapping) -> PolicyVersion:
    """Return a policy version."""
    return PolicyVersion.model_validate(dict(row))
