"""Episodes as rows, with trajectory and verdict as whole documents."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.tables.episodes import episodes
from seawright_orchestrator.adapters.tables.tasks import run_tasks, tasks
from seawright_orchestrator.core.dataset_items import PlayedTask
from seawright_orchestrator.core.seeds import derived_id
from seawright_orchestrator.usecases.play_episode import Played
from seawright_orchestrator.usecases.stores import EpisodeFilter
from seawright_shared.contracts.orchestrator import Episode, EpisodeRequest
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs.job import Job, NewJob
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.states import compare_and_set
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.records.verdicts import Verdict
from seawright_shared.stores.sql import Database
from seawright_shared.web.pages import PageParams

EPISODE_JOB = "episode.play"
Admit = Callable[[AsyncConnection], Awaitable[None]]
"""Raises while there is no room for new work."""
BATCH = 200
"""Plays read at once: whole documents."""


class SqlEpisodes:
    """Episodes played for runs, and those asked for by themselves."""

    def __init__(self, database: Database, queue: JobQueue, admit: Admit | None = None) -> None:
        self.database = database
        self.queue = queue
        self._admit = admit

    async def store(
        self, connection: AsyncConnection, run_id: str | None, played: Sequence[Played]
    ) -> None:
        """Add finished episodes. Ids follow from what was played: a retry adds nothing."""
        now = self.database.now()
        rows = [
            {
                "id": one.trajectory.episode_id,
                "trajectory_id": one.trajectory.id,
                "run_id": run_id,
                "task_id": one.trajectory.task_id,
                "status": JobStatus.SUCCEEDED,
                "trajectory": one.trajectory.model_dump_json(),
                "verdict": one.verdict.model_dump_json(),
                "reward": one.verdict.reward,
                "created_at": now,
            }
            for one in played
        ]
        await insert_new(self.database, connection, episodes, rows)

    async def ask(self, episode_id: str, request: EpisodeRequest) -> Episode:
        """Accept one episode to be played. The same id with another request is refused."""
        document = request.model_dump_json()
        async with self.database.transaction() as connection:
            statement = select(episodes).where(episodes.c.id == episode_id).with_for_update()
            row = (await connection.execute(statement)).mappings().one_or_none()
            if row is not None:
                if row["request"] != document:
                    raise ConflictError(
                        f"episode {episode_id} was asked for with another request",
                        {"episode_id": episode_id},
                    )
                return episode_of(row)
            if self._admit is not None:
                await self._admit(connection)
            values = {
                "id": episode_id,
                "trajectory_id": derived_id("traj", episode_id),
                "task_id": request.task_id,
                "status": JobStatus.QUEUED,
                "request": document,
                "created_at": self.database.now(),
            }
            await connection.execute(insert(episodes).values(values))
            job = NewJob(
                kind=EPISODE_JOB,
                key=f"{EPISODE_JOB}:{episode_id}",
                payload={"episode_id": episode_id},
            )
            await self.queue.enqueue(connection, job)
        return Episode(id=episode_id, task_id=request.task_id, status=JobStatus.QUEUED)

    async def request(self, episode_id: str) -> EpisodeRequest:
        """Return what was asked for."""
        async with self.database.reading() as connection:
            row = await self._row(connection, episodes.c.id == episode_id)
        return EpisodeRequest.model_validate_json(row["request"])

    async def finish(self, connection: AsyncConnection, episode_id: str, played: Played) -> None:
        """Store the outcome of an episode that was asked for."""
        values = {
            "trajectory": played.trajectory.model_dump_json(),
            "verdict": played.verdict.model_dump_json(),
            "reward": played.verdict.reward,
            "status": JobStatus.SUCCEEDED,
        }
        await connection.execute(update(episodes).where(episodes.c.id == episode_id).values(values))

    async def move(self, connection: AsyncConnection, episode_id: str, target: JobStatus) -> None:
        """Change the state of an episode that was asked for, where an edge leads there."""
        await compare_and_set(connection, episodes, episode_id, target)

    async def settled(self, connection: AsyncConnection, job: Job) -> None:
        """Take the end of a job that the kit ended over to its episode."""
        await self.move(connection, str(job.payload["episode_id"]), job.status)

    async def requeued(self, connection: AsyncConnection, job: Job) -> None:
        """Ask again for an episode whose dead job was taken up again."""
        await self.move(connection, str(job.payload["episode_id"]), JobStatus.QUEUED)

    async def get(self, episode_id: str) -> Episode:
        """Return one episode."""
        async with self.database.reading() as connection:
            return episode_of(await self._row(connection, episodes.c.id == episode_id))

    async def trajectory(self, trajectory_id: str) -> Trajectory:
        """Return one recorded episode."""
        async with self.database.reading() as connection:
            row = await self._row(connection, episodes.c.trajectory_id == trajectory_id)
        if row["trajectory"] is None:
            raise NotFoundError(f"trajectory {trajectory_id} is not played yet")
        return Trajectory.model_validate_json(row["trajectory"])

    async def played(self, run_ids: Sequence[str]) -> AsyncGenerator[PlayedTask]:
        """Yield the plays of accepted tasks that are not held out, by trajectory."""
        ours = select(run_tasks.c.task_id).where(run_tasks.c.run_id.in_(run_ids))
        last = ""
        while True:
            statement = (
                select(episodes)
                .join(tasks, tasks.c.id == episodes.c.task_id)
                .where(
                    episodes.c.run_id.in_(run_ids),
                    episodes.c.trajectory_id > last,
                    episodes.c.trajectory.is_not(None),
                    tasks.c.is_heldout.is_(False),
                    tasks.c.id.in_(ours),
                )
                .order_by(episodes.c.trajectory_id)
                .limit(BATCH)
            )
            async with self.database.reading() as connection:
                rows = (await connection.execute(statement)).mappings().all()
            for row in rows:
                yield played_task(row)
            if len(rows) < BATCH:
                return
            last = str(rows[-1]["trajectory_id"])

    async def plays(self, trajectory_ids: Sequence[str]) -> list[PlayedTask]:
        """Return recorded plays in the order of the ids; a missing one is a fault."""
        found: dict[str, PlayedTask] = {}
        async with self.database.reading() as connection:
            for start in range(0, len(trajectory_ids), BATCH):
                part = trajectory_ids[start : start + BATCH]
                statement = select(episodes).where(episodes.c.trajectory_id.in_(part))
                for row in (await connection.execute(statement)).mappings():
                    found[row["trajectory_id"]] = played_task(row)
        for trajectory_id in trajectory_ids:
            if trajectory_id not in found:
                raise NotFoundError(f"no trajectory {trajectory_id}")
        return [found[trajectory_id] for trajectory_id in trajectory_ids]

    async def page(self, wanted: EpisodeFilter, params: PageParams) -> Page[Episode]:
        """Return a page of episodes in the order of their storing."""
        where: list[ColumnElement[bool]] = []
        if wanted.run_id is not None:
            where.append(episodes.c.run_id == wanted.run_id)
        if wanted.task_id is not None:
            where.append(episodes.c.task_id == wanted.task_id)
        if wanted.is_success is not None:
            won = episodes.c.reward == 1.0
            where.append(won if wanted.is_success else episodes.c.reward < 1.0)
        async with self.database.reading() as connection:
            return await table_page(
                connection, episodes, where, params, episode_of, is_newest_first=False
            )

    async def _row(self, connection: AsyncConnection, where: ColumnElement[bool]) -> RowMapping:
        found = (await connection.execute(select(episodes).where(where))).mappings().one_or_none()
        if found is None:
            raise NotFoundError("no such episode")
        return found


def episode_of(row: RowMapping) -> Episode:
    """Return the episode a row holds."""
    trajectory, verdict = row["trajectory"], row["verdict"]
    return Episode(
        id=row["id"],
        task_id=row["task_id"],
        status=JobStatus(row["status"]),
        trajectory=None if trajectory is None else Trajectory.model_validate_json(trajectory),
        verdict=None if verdict is None else Verdict.model_validate_json(verdict),
    )


def played_task(row: RowMapping) -> PlayedTask:
    """Return the play that a row holds."""
    return PlayedTask(
        task_id=row["task_id"],
        trajectory=Trajectory.model_validate_json(row["trajectory"]),
        verdict=Verdict.model_validate_json(row["verdict"]),
    )
