"""User quality reports as rows of runs, and the job that measures one."""

import json

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.job_handlers import MAX_OUTAGES, text
from seawright_orchestrator.adapters.sql_episodes import SqlEpisodes
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.sql_runs import SqlRuns
from seawright_orchestrator.adapters.tables.runs import runs
from seawright_orchestrator.core.fault_groups import unwrapped
from seawright_orchestrator.usecases.user_quality.measure_user import Measured, MeasureUser
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import UnavailableError
from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.job import NewJob
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.user_quality import UserQuality, UserQualityReport, UserQualitySpec
from seawright_shared.web.pages import PageParams

KIND = "user_quality"
REPORT_JOB = "user_quality.report"


class SqlUserQuality:
    """Reports."""

    def __init__(self, rows: SqlRuns, episodes: SqlEpisodes) -> None:
        self.rows = rows
        self.episodes = episodes
        self.database = rows.database

    async def create(
        self, connection: AsyncConnection, report_id: str, spec: UserQualitySpec
    ) -> UserQualityReport:
        """Store a report that is not measured yet, and ask for it to be."""
        document = spec.model_dump_json()
        await self.rows.insert(connection, report_id, KIND, document, spec.num_probes)
        job = NewJob(
            kind=REPORT_JOB,
            key=f"{REPORT_JOB}:{report_id}",
            run_id=report_id,
            payload={"report_id": report_id},
        )
        await self.rows.queue.enqueue(connection, job)
        return report_of(await self.rows.row(connection, report_id, KIND))

    async def get(self, report_id: str) -> UserQualityReport:
        """Return one report."""
        async with self.database.reading() as connection:
            return report_of(await self.rows.row(connection, report_id, KIND))

    async def page(self, params: PageParams, model: str | None) -> Page[UserQualityReport]:
        """Return a page of reports, newest first; of one user model if it is named."""
        where = [runs.c.kind == KIND]
        if model is not None:
            # The spec names one model only, the user's, and is stored as compact JSON.
            where.append(runs.c.spec.contains(f'"model":{json.dumps(model)}', autoescape=True))
        async with self.database.reading() as connection:
            return await table_page(connection, runs, where, params, report_of)

    async def begin(self, report_id: str) -> UserQualitySpec | None:
        """Return the spec of a report that is about to be measured; None where it has ended."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, report_id, KIND)
            if JobStatus(row["status"]).is_final:
                return None
            await self.rows.start(connection, report_id)
        return UserQualitySpec.model_validate_json(row["spec"])

    async def tell(self, report_id: str, num_done: int) -> None:
        """Show how far it is."""
        async with self.database.transaction() as connection:
            await self.rows.count(connection, report_id, {"num_units_done": num_done})

    async def store(self, context: JobContext, report_id: str, made: Measured) -> None:
        """Keep episodes and rates under the fence."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, report_id, KIND, is_locked=True)
            await context.finish(connection)
            status = JobStatus(row["status"])
            if status.is_final or status == JobStatus.CANCELLING:
                return
            await self.episodes.store(connection, report_id, made.played)
            values = {
                "num_units": len(made.played),
                "num_units_done": len(made.played),
                "report": made.quality.model_dump_json(),
            }
            await self.rows.count(connection, report_id, values)
            await self.rows.succeed(connection, row)


class UserQualityJob:
    """The work behind the job: draw, play, measure, store under the fence."""

    def __init__(self, reports: SqlUserQuality, measure: MeasureUser) -> None:
        self.reports = reports
        self.measure = measure

    async def __call__(self, context: JobContext) -> None:
        """Measure one report; the same job again plays the same probes."""
        report_id = text(context, "report_id")
        spec = await self.reports.begin(report_id)
        if spec is None:
            return

        async def tell(num_done: int) -> None:
            await self.reports.tell(report_id, num_done)

        made = await unwrapped(self.measure(report_id, spec, tell))
        if made.quality.num_left_out and context.job.num_outages < MAX_OUTAGES:
            raise UnavailableError(f"a service fails: {made.quality.num_left_out} probes spoiled")
        await self.reports.store(context, report_id, made)


def report_of(row: RowMapping) -> UserQualityReport:
    """Return the report a row holds."""
    reason, quality = row["status_reason"], row["report"]
    return UserQualityReport(
        id=row["id"],
        status=JobStatus(row["status"]),
        status_reason=None if reason is None else StatusReason.model_validate_json(reason),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        spec=UserQualitySpec.model_validate_json(row["spec"]),
        num_probes_done=row["num_units_done"],
        quality=None if quality is None else UserQuality.model_validate_json(quality),
    )
