"""Lists for people: runs, steps, checkpoints and versions, page by page."""

from datetime import datetime

from sqlalchemy import and_, or_, select, tuple_

from seawright_shared.contracts.trainer import TrainingRun, TrainingStep
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.run_rows import (
    shown_run,
    step_record,
    version_record,
)
from seawright_trainer.adapters.tables import (
    policy_versions,
    step_episodes,
    training_runs,
    training_steps,
)


class SqlLists:
    """Reads; one more row than asked for says whether there are more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def runs(self, *, before: tuple[datetime, str] | None, limit: int) -> list[TrainingRun]:
        """Return runs older than the place, newest first."""
        table = training_runs
        statement = select(table).order_by(table.c.created_at.desc(), table.c.id.desc())
        if before is not None:
            moment, run_id = before
            same = and_(table.c.created_at == moment, table.c.id < run_id)
            statement = statement.where(or_(table.c.created_at < moment, same))
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement.limit(limit))).mappings().all()
            return [await shown_run(connection, row) for row in rows]

    async def steps(
        self, run_id: str, *, after: tuple[int, int] | None, limit: int
    ) -> list[TrainingStep]:
        """Return steps beyond (step, attempt), in order, with their episodes."""
        table, used = training_steps, step_episodes
        place = tuple_(table.c.step, table.c.attempt)
        statement = (
            select(table)
            .where(table.c.training_run_id == run_id)
            .order_by(table.c.step, table.c.attempt)
        )
        if after is not None:
            statement = statement.where(place > after)
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement.limit(limit))).mappings().all()
            if not rows:
                return []
            within = used.c.step.between(rows[0]["step"], rows[-1]["step"])
            chosen = select(used).where(used.c.training_run_id == run_id, within)
            episodes: dict[tuple[int, int], list[str]] = {}
            for row in (await connection.execute(chosen)).mappings():
                episodes.setdefault((row["step"], row["attempt"]), []).append(row["episode_id"])
        return [step_record(row, episodes.get((row["step"], row["attempt"]), [])) for row in rows]

    async def versions(self, model: str, *, below: int | None, limit: int) -> list[PolicyVersion]:
        """Return a model's served versions, newest first."""
        table = policy_versions
        statement = (
            select(table)
            .where(table.c.model == model, table.c.state == "served")
            .order_by(table.c.version.desc())
        )
        if below is not None:
            statement = statement.where(table.c.version < below)
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement.limit(limit))).mappings().all()
        return [version_record(row) for row in rows]
