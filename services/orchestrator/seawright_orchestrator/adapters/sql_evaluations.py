"""Evaluation runs as rows: one job per task, one result per trial, a report when all are in."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_episodes import SqlEpisodes
from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.sql_runs import SqlRuns
from seawright_orchestrator.adapters.tables.runs import evaluation_results, runs
from seawright_orchestrator.core.pass_hat import evaluation_report
from seawright_orchestrator.usecases.play_episode import Played
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.job import NewJob
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.reports import EvaluationReport
from seawright_shared.records.specs import EvaluationSpec
from seawright_shared.web.pages import PageParams

KIND = "evaluation"
TASK_JOB = "evaluation.task"


class SqlEvaluations:
    """Evaluation runs."""

    kind = KIND

    def __init__(self, rows: SqlRuns, episodes: SqlEpisodes) -> None:
        self.rows = rows
        self.episodes = episodes
        self.database = rows.database

    async def create(
        self,
        connection: AsyncConnection,
        run_id: str,
        spec: EvaluationSpec,
        task_ids: Sequence[str],
    ) -> EvaluationRun:
        """Store a run and ask for each of its tasks to be played."""
        await self.rows.insert(connection, run_id, KIND, spec.model_dump_json(), len(task_ids))
        for task_id in task_ids:
            job = NewJob(
                kind=TASK_JOB,
                key=f"{TASK_JOB}:{run_id}:{task_id}",
                run_id=run_id,
                payload={"run_id": run_id, "task_id": task_id},
            )
            await self.rows.queue.enqueue(connection, job)
        return evaluation_run(await self.rows.row(connection, run_id, KIND))

    async def get(self, run_id: str) -> EvaluationRun:
        """Return one run, with its report when it is done."""
        async with self.database.reading() as connection:
            return evaluation_run(await self.rows.row(connection, run_id, KIND))

    async def page(self, params: PageParams) -> Page[EvaluationRun]:
        """Return a page of runs, newest first."""
        async with self.database.reading() as connection:
            return await table_page(connection, runs, [runs.c.kind == KIND], params, evaluation_run)

    async def begin(self, run_id: str) -> EvaluationSpec | None:
        """Return the spec of a run of which a task begins; None where the run has ended."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, run_id, KIND)
            if JobStatus(row["status"]).is_final:
                return None
            await self.rows.start(connection, run_id)
        return EvaluationSpec.model_validate_json(row["spec"])

    async def store(
        self, context: JobContext, run_id: str, task_id: str, played: Sequence[Played]
    ) -> None:
        """Keep the trials of one task under the fence; the last task brings the report."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, run_id, KIND, is_locked=True)
            await context.finish(connection)
            status = JobStatus(row["status"])
            if status.is_final or status == JobStatus.CANCELLING:
                return
            await self.episodes.store(connection, run_id, played)
            rows = [
                {
                    "run_id": run_id,
                    "task_id": task_id,
                    "trial": trial,
                    "episode_id": one.trajectory.episode_id,
                    "reward": one.verdict.reward,
                }
                for trial, one in enumerate(played)
            ]
            await insert_new(self.database, connection, evaluation_results, rows)
            num_done = row["num_units_done"] + 1
            await self.rows.count(connection, run_id, {"num_units_done": num_done})
            payload: dict[str, JsonValue] = {
                "task_id": task_id,
                "rewards": [*(one.verdict.reward for one in played)],
                "num_units": row["num_units"],
                "num_units_done": num_done,
            }
            await self.rows.events.append(connection, run_id, "task.evaluated", payload)
            if num_done == row["num_units"]:
                await self._succeed(connection, row)

    async def _succeed(self, connection: AsyncConnection, row: RowMapping) -> None:
        run_id, spec = row["id"], EvaluationSpec.model_validate_json(row["spec"])
        statement = (
            select(evaluation_results)
            .where(evaluation_results.c.run_id == run_id)
            .order_by(evaluation_results.c.task_id, evaluation_results.c.trial)
        )
        rewards: dict[str, list[float | None]] = defaultdict(list)
        for result in (await connection.execute(statement)).mappings():
            rewards[result["task_id"]].append(result["reward"])
        report = await asyncio.to_thread(
            evaluation_report, rewards, spec.bootstrap_samples, spec.seed
        )
        await self.rows.count(connection, run_id, {"report": report.model_dump_json()})
        await self.rows.succeed(connection, row)


def evaluation_run(row: RowMapping) -> EvaluationRun:
    """Return the run a row holds."""
    spec = EvaluationSpec.model_validate_json(row["spec"])
    reason, report = row["status_reason"], row["report"]
    return EvaluationRun(
        id=row["id"],
        status=JobStatus(row["status"]),
        status_reason=None if reason is None else StatusReason.model_validate_json(reason),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        spec=spec,
        num_episodes=row["num_units"] * spec.num_trials,
        num_episodes_done=row["num_units_done"] * spec.num_trials,
        report=None if report is None else EvaluationReport.model_validate_json(report),
    )
