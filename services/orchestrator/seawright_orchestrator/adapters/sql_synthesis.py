"""Synthesis runs as rows: the run, its plan streams, what each iteration made."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_episodes import SqlEpisodes
from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.sql_runs import SqlRuns
from seawright_orchestrator.adapters.sql_streams import SqlStreams, SqlWishes
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.adapters.sql_work import SqlWork
from seawright_orchestrator.adapters.tables.runs import rejects, runs
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.play_episode import Played
from seawright_orchestrator.usecases.synthesis.run_iteration import IterationOutcome
from seawright_shared.contracts.orchestrator import RejectedDraft, StreamState, SynthesisRun
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import UnavailableError
from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.job import NewJob
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.web.pages import PageParams, page_of, require_key

KIND = "synthesis"
ITERATION_JOB = "synthesis.iteration"


class SqlSynthesis:
    """Synthesis runs. An iteration's whole yield is one transaction."""

    kind = KIND

    def __init__(self, rows: SqlRuns, tasks: SqlTasks, episodes: SqlEpisodes) -> None:
        self.rows = rows
        self.tasks = tasks
        self.episodes = episodes
        self.database = rows.database
        self.streams = SqlStreams(rows.database)

    async def create(
        self,
        connection: AsyncConnection,
        run_id: str,
        spec: SynthesisSpec,
        opened: Sequence[PlanStream],
    ) -> SynthesisRun:
        """Store a run with its streams, and ask for the first iteration of each."""
        num_units = spec.num_streams * spec.num_iterations
        await self.rows.insert(connection, run_id, KIND, spec.model_dump_json(), num_units)
        for stream in opened:
            await self.streams.open(connection, run_id, stream)
            await self._ask_next(connection, run_id, stream)
        return synthesis_run(await self.rows.row(connection, run_id, KIND))

    async def get(self, run_id: str) -> SynthesisRun:
        """Return one run."""
        async with self.database.reading() as connection:
            return synthesis_run(await self.rows.row(connection, run_id, KIND))

    async def page(self, params: PageParams) -> Page[SynthesisRun]:
        """Return a page of runs, newest first."""
        async with self.database.reading() as connection:
            return await table_page(connection, runs, [runs.c.kind == KIND], params, synthesis_run)

    async def plan_streams(self, run_id: str) -> list[PlanStream]:
        """Return the memories of all streams of a run, by index, without their windows."""
        async with self.database.reading() as connection:
            await self.rows.row(connection, run_id, KIND)
            return await self.streams.of_run(connection, run_id)

    async def plan_stream(self, run_id: str, stream_id: str) -> PlanStream:
        """Return the memory of one stream of a run."""
        async with self.database.reading() as connection:
            await self.rows.row(connection, run_id, KIND)
            return await self.streams.one(connection, run_id, stream_id)

    async def stream_states(self, run_id: str) -> list[StreamState]:
        """Return the streams of a run as people see them."""
        run = await self.get(run_id)
        return [stream_state(stream, run) for stream in await self.plan_streams(run_id)]

    async def begin(self, run_id: str, stream_id: str) -> PlanStream | None:
        """Return a stream whose iteration begins; None where the run has ended."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, run_id, KIND)
            if JobStatus(row["status"]).is_final:
                return None
            await self.rows.start(connection, run_id)
            return await self.streams.whole(connection, run_id, stream_id)

    def wishes(self, stream_id: str) -> SqlWishes:
        """Return what a stream accepted so far."""
        return SqlWishes(database=self.database, stream_id=stream_id)

    def work(self, context: JobContext, stream: PlanStream) -> SqlWork:
        """Return where the finished parts of a stream's next iteration are kept."""
        return SqlWork(context=context, stream_id=stream.id, iteration=stream.iteration)

    async def store(self, context: JobContext, run_id: str, outcome: IterationOutcome) -> None:
        """Keep what an iteration made and ask for the next, all or nothing, under the fence."""
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, run_id, KIND, is_locked=True)
            await context.finish(connection)
            status = JobStatus(row["status"])
            if status.is_final or status == JobStatus.CANCELLING:
                return
            await self._store_yield(connection, run_id, outcome)
            num_done = row["num_units_done"] + 1
            num_tasks = await self.tasks.num_of_run(connection, run_id)
            counted: dict[str, object] = {"num_units_done": num_done, "num_tasks": num_tasks}
            if status == JobStatus.RUNNING:
                # What delayed an iteration is over.
                counted["status_reason"] = None
            await self.rows.count(connection, run_id, counted)
            spec = SynthesisSpec.model_validate_json(row["spec"])
            stream = outcome.stream
            if not is_done(stream, spec):
                job_id = await self._ask_next(connection, run_id, stream)
                if status == JobStatus.PAUSED:
                    await self.rows.queue.pause(connection, job_id)
            report = outcome.report
            payload = {
                "stream_id": stream.id,
                "iteration": report.iteration,
                "num_candidates": report.num_candidates,
                "num_accepted": report.num_accepted,
                "yield_share": report.yield_share,
                "num_tasks": num_tasks,
                "num_units": row["num_units"],
                "num_units_done": num_done,
            }
            await self.rows.events.append(connection, run_id, "iteration.finished", payload)
            if await self.streams.num_ended(connection, run_id) >= spec.num_streams:
                await self.rows.succeed(connection, row)

    async def delay(
        self, run_id: str, stream: PlanStream, outage: UnavailableError, num_outages: int
    ) -> None:
        """Tell why an iteration is to be tried again: in the run's events, and as its reason.

        The reason stands until the run's next iteration is stored.
        """
        why = f"iteration {stream.iteration} of stream {stream.index} is delayed: {outage.detail}"
        reason = StatusReason(code=outage.code, message=why, retryable=True)
        payload = {
            "stream_id": stream.id,
            "iteration": stream.iteration,
            "num_outages": num_outages,
            "reason": outage.detail,
        }
        async with self.database.transaction() as connection:
            row = await self.rows.row(connection, run_id, KIND, is_locked=True)
            if JobStatus(row["status"]).is_final:
                return
            await self.rows.count(connection, run_id, {"status_reason": reason.model_dump_json()})
            await self.rows.events.append(connection, run_id, "iteration.delayed", payload)

    async def rejects_page(self, run_id: str, params: PageParams) -> Page[RejectedDraft]:
        """Return a page of rejects, by stream, iteration and place."""
        where: list[ColumnElement[bool]] = [rejects.c.run_id == run_id]
        place = (rejects.c.stream_id, rejects.c.iteration, rejects.c.position)
        if (after := require_key(params.after, (str, int, int))) is not None:
            where.append(tuple_(*place) > tuple_(*after))
        statement = select(rejects).where(*where).order_by(*place).limit(params.limit + 1)
        async with self.database.reading() as connection:
            await self.rows.row(connection, run_id, KIND)
            rows = (await connection.execute(statement)).mappings().all()
        return page_of(
            rows,
            params,
            lambda row: (row["stream_id"], row["iteration"], row["position"]),
            lambda row: RejectedDraft.model_validate_json(row["document"]),
        )

    async def _store_yield(
        self, connection: AsyncConnection, run_id: str, outcome: IterationOutcome
    ) -> None:
        stream, iteration = outcome.stream, outcome.report.iteration
        await self.tasks.store(connection, [one.task for one in outcome.accepted], is_heldout=False)
        await self.tasks.credit(
            connection,
            run_id,
            [one.task.id for one in outcome.accepted],
            stream_id=stream.id,
            iteration=iteration,
        )
        played = [
            Played(trajectory=episode.trajectory, verdict=episode.verdict)
            for one in outcome.accepted
            for episode in one.episodes
        ]
        await self.episodes.store(connection, run_id, played)
        rows = [
            {
                "run_id": run_id,
                "stream_id": stream.id,
                "iteration": iteration,
                "position": position,
                "document": reject.model_dump_json(),
            }
            for position, reject in enumerate(outcome.rejects)
        ]
        await insert_new(self.database, connection, rejects, rows)
        await self.streams.advance(connection, run_id, outcome)

    async def _ask_next(self, connection: AsyncConnection, run_id: str, stream: PlanStream) -> str:
        job = NewJob(
            kind=ITERATION_JOB,
            key=f"{ITERATION_JOB}:{stream.id}:{stream.iteration}",
            run_id=run_id,
            payload={"run_id": run_id, "stream_id": stream.id, "iteration": stream.iteration},
        )
        return await self.rows.queue.enqueue(connection, job)


def is_done(stream: PlanStream, spec: SynthesisSpec) -> bool:
    """Return whether nothing more is asked of a stream."""
    return stream.status == "finished" or stream.iteration >= spec.num_iterations


def stream_state(stream: PlanStream, run: SynthesisRun) -> StreamState:
    """Return a stream as people see it."""
    status = run.status
    if is_done(stream, run.spec):
        status = JobStatus.SUCCEEDED
    return StreamState(
        id=stream.id,
        index=stream.index,
        status=status,
        iteration=stream.iteration,
        plans=stream.plans,
        evaluation_plans=stream.evaluation_plans,
        reflections=stream.reflections,
        iterations=stream.reports,
    )


def synthesis_run(row: RowMapping) -> SynthesisRun:
    """Return the run a row holds."""
    reason = row["status_reason"]
    return SynthesisRun(
        id=row["id"],
        status=JobStatus(row["status"]),
        status_reason=None if reason is None else StatusReason.model_validate_json(reason),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        spec=SynthesisSpec.model_validate_json(row["spec"]),
        num_iterations_done=row["num_units_done"],
        num_tasks=row["num_tasks"],
    )
