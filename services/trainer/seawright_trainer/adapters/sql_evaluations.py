"""A run's evaluations in SQL."""

from pydantic import JsonValue
from sqlalchemy import delete, insert, select, update

from seawright_shared.contracts.trainer import StepEvaluation
from seawright_shared.jobs.events import EventLog
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.tables import step_evaluations as table


class SqlEvaluations:
    """The port `StepEvaluations`."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    async def begin(self, run_id: str, step: int, evaluation_run_id: str) -> None:
        """The weights after `step` are played; known steps change nothing."""
        async with self._database.transaction() as connection:
            known = select(table.c.step).where(
                table.c.training_run_id == run_id, table.c.step == step
            )
            if (await connection.execute(known)).first() is not None:
                return
            said: dict[str, JsonValue] = {"step": step, "evaluation_run_id": evaluation_run_id}
            await connection.execute(insert(table).values({"training_run_id": run_id, **said}))
            await self._events.append(connection, run_id, "evaluation.started", said)

    async def finish(self, run_id: str, evaluation: StepEvaluation) -> None:
        """Keep the measure, and tell people of it."""
        async with self._database.transaction() as connection:
            kept = (
                update(table)
                .where(table.c.training_run_id == run_id, table.c.step == evaluation.step)
                .where(table.c.pass_1.is_(None))
                .values(pass_1=evaluation.pass_1)
            )
            if (await connection.execute(kept)).rowcount:
                said = evaluation.model_dump(mode="json")
                await self._events.append(connection, run_id, "evaluation.finished", said)

    async def forget(self, run_id: str, step: int) -> None:
        """The evaluation came to nothing: another one may begin."""
        async with self._database.transaction() as connection:
            gone = delete(table).where(
                table.c.training_run_id == run_id, table.c.step == step, table.c.pass_1.is_(None)
            )
            await connection.execute(gone)
