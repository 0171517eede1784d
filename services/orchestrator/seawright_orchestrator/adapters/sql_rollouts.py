"""Rollout streams as rows: credits, one job per group, and the groups themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_curriculum import SqlCurriculum
from seawright_orchestrator.adapters.sql_episodes import SqlEpisodes
from seawright_orchestrator.adapters.tables.episodes import rollout_groups, rollout_streams
from seawright_orchestrator.core.rollout_groups import NUM_HISTORY, member, shuffled_rewards
from seawright_orchestrator.core.seeds import derived_id, seeded
from seawright_orchestrator.usecases.play_episode import Played
from seawright_shared.contracts.orchestrator import RolloutStream
from seawright_shared.errors import ConflictError, FieldError, InvalidRequestError, NotFoundError
from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.events import EventLog
from seawright_shared.jobs.job import Job, NewJob
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.records.ids import LARGEST_ID
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import RolloutStreamSpec
from seawright_shared.stores.sql import Database

GROUP_JOB = "rollout.group"
MOST_AT_ONCE = 10_000
"""Groups of one grant: each is a job, and all of them are written in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDraw:
    """One group to be played: the place of its task in the stream's draws."""

    stream_id: str
    draw: int
    task_id: str


class SqlRollouts:
    """Rollout streams. The group's row is the truth; whoever fetches it reads it here."""

    def __init__(
        self, database: Database, queue: JobQueue, events: EventLog, episodes: SqlEpisodes
    ) -> None:
        self.database = database
        self.queue = queue
        self.events = events
        self.episodes = episodes
        self.curriculum = SqlCurriculum()

    async def create(
        self, connection: AsyncConnection, stream_id: str, spec: RolloutStreamSpec
    ) -> RolloutStream:
        """Open a stream without credits."""
        values = {
            "id": stream_id,
            "spec": spec.model_dump_json(),
            "is_open": True,
            "granted": 0,
            "produced": 0,
            "created_at": self.database.now(),
        }
        await connection.execute(insert(rollout_streams).values(values))
        await self.events.append(connection, stream_id, "run.created", {"kind": "rollout"})
        return rollout_stream(await self._row(connection, stream_id))

    async def get(self, stream_id: str) -> RolloutStream:
        """Return one stream."""
        async with self.database.reading() as connection:
            return rollout_stream(await self._row(connection, stream_id))

    async def grant(self, stream_id: str, granted: int) -> RolloutStream:
        """Allow so many groups in all. A lower number than before takes nothing back."""
        async with self.database.transaction() as connection:
            row = await self._row(connection, stream_id, is_locked=True)
            if not row["is_open"]:
                raise ConflictError(f"rollout stream {stream_id} is closed")
            spec = RolloutStreamSpec.model_validate_json(row["spec"])
            draws = range(row["granted"], granted)
            if granted - row["granted"] > MOST_AT_ONCE:
                raise _too_many(row["granted"])
            chosen: Mapping[int, str] = {}
            if spec.curriculum == "frontier" and draws:
                chosen = await self.curriculum.chosen(connection, stream_id, spec, draws)
            for draw in draws:
                payload: dict[str, JsonValue] = {"stream_id": stream_id, "draw": draw}
                if draw in chosen:
                    # Chosen once: whoever plays the group, and however often, plays this task.
                    payload["task_id"] = chosen[draw]
                job = NewJob(
                    kind=GROUP_JOB,
                    key=f"{GROUP_JOB}:{stream_id}:{draw}",
                    run_id=stream_id,
                    payload=payload,
                )
                await self.queue.enqueue(connection, job)
            if granted > row["granted"]:
                await self._change(connection, stream_id, {"granted": granted})
        return await self.get(stream_id)

    async def close(self, stream_id: str) -> RolloutStream:
        """Play nothing more for a stream; what was finished stays."""
        async with self.database.transaction() as connection:
            row = await self._row(connection, stream_id, is_locked=True)
            if row["is_open"]:
                await self._change(connection, stream_id, {"is_open": False})
                for job in await self.queue.of_run(connection, stream_id):
                    if not job.status.is_final:
                        await self.queue.cancel(connection, job.id)
                await self.events.append(connection, stream_id, "run.succeeded")
                self.curriculum.forget(stream_id)
        return await self.get(stream_id)

    async def groups(self, stream_id: str, after: int, limit: int) -> list[RolloutGroup]:
        """Return finished groups with a sequence above `after`, in order."""
        statement = (
            select(rollout_groups.c.document)
            .where(rollout_groups.c.stream_id == stream_id)
            .where(rollout_groups.c.sequence > min(after, LARGEST_ID))
            .order_by(rollout_groups.c.sequence)
            .limit(limit)
        )
        async with self.database.reading() as connection:
            documents = (await connection.execute(statement)).scalars().all()
        return [RolloutGroup.model_validate_json(document) for document in documents]

    async def store(self, context: JobContext, drawn: GroupDraw, played: Sequence[Played]) -> None:
        """Keep one group under the fence; its sequence is the next one of the stream."""
        async with self.database.transaction() as connection:
            row = await self._row(connection, drawn.stream_id, is_locked=True)
            await context.finish(connection)
            await self.episodes.store(connection, drawn.stream_id, played)
            await self._add(connection, row, drawn, played)

    async def settled(self, connection: AsyncConnection, job: Job) -> None:
        """Put an empty group in the place of one whose job died: nobody waits for it in vain."""
        if job.status != JobStatus.FAILED or job.run_id is None:
            return
        row = await self._row(connection, job.run_id, is_locked=True)
        drawn = GroupDraw(stream_id=job.run_id, draw=int(str(job.payload["draw"])), task_id="")
        if row["is_open"]:
            await self._add(connection, row, drawn, [])

    async def requeued(self, connection: AsyncConnection, job: Job) -> None:
        """Refuse: the dead group's place was given away."""
        del connection
        raise ConflictError(
            "an empty group has taken its place in the stream; a further credit plays another one",
            {"stream_id": job.run_id},
        )

    async def _add(
        self,
        connection: AsyncConnection,
        row: RowMapping,
        drawn: GroupDraw,
        played: Sequence[Played],
    ) -> None:
        spec = RolloutStreamSpec.model_validate_json(row["spec"])
        members = [member(one.trajectory, one.verdict, one.size) for one in played]
        rewards = [one.reward for one in members]
        if spec.shuffle_rewards:
            history = await self._history(connection, drawn.stream_id)
            given = shuffled_rewards(rewards, history, seeded(spec.seed, "shuffle", drawn.draw))
            members = [
                one.model_copy(update={"reward": reward})
                for one, reward in zip(members, given, strict=True)
            ]
        sequence = row["produced"] + 1
        group = RolloutGroup(
            id=derived_id("grp", drawn.stream_id, drawn.draw),
            stream_id=drawn.stream_id,
            sequence=sequence,
            task_id=drawn.task_id,
            members=members,
        )
        values = {
            "stream_id": drawn.stream_id,
            "sequence": sequence,
            "draw": drawn.draw,
            "rewards": json.dumps(rewards),
            "document": group.model_dump_json(),
        }
        await connection.execute(insert(rollout_groups).values(values))
        await self._change(connection, drawn.stream_id, {"produced": sequence})
        payload: dict[str, JsonValue] = {
            "sequence": sequence,
            "task_id": drawn.task_id,
            "rewards": [*rewards],
        }
        await self.events.append(connection, drawn.stream_id, "group.finished", payload)

    async def _history(self, connection: AsyncConnection, stream_id: str) -> list[float]:
        """Return the true rewards of the stream's latest groups."""
        statement = (
            select(rollout_groups.c.rewards)
            .where(rollout_groups.c.stream_id == stream_id)
            .order_by(rollout_groups.c.sequence.desc())
            .limit(NUM_HISTORY)
        )
        rows = (await connection.execute(statement)).scalars().all()
        return [reward for row in rows for reward in json.loads(row) if reward is not None]

    async def _change(
        self, connection: AsyncConnection, stream_id: str, values: dict[str, object]
    ) -> None:
        table = rollout_streams
        await connection.execute(update(table).where(table.c.id == stream_id).values(values))

    async def _row(
        self, connection: AsyncConnection, stream_id: str, *, is_locked: bool = False
    ) -> RowMapping:
        statement = select(rollout_streams).where(rollout_streams.c.id == stream_id)
        if is_locked:
            statement = statement.with_for_update()
        found = (await connection.execute(statement)).mappings().one_or_none()
        if found is None:
            raise NotFoundError(f"no rollout stream {stream_id}", {"stream_id": stream_id})
        return found


def rollout_stream(row: RowMapping) -> RolloutStream:
    """Return the stream a row holds."""
    return RolloutStream(
        id=row["id"],
        spec=RolloutStreamSpec.model_validate_json(row["spec"]),
        status="open" if row["is_open"] else "closed",
        granted=row["granted"],
        produced=row["produced"],
    )


def _too_many(granted: int) -> InvalidRequestError:
    detail = f"{granted} are granted; one request may add {MOST_AT_ONCE}"
    field = FieldError(pointer="/granted", code="too-many", detail=detail)
    return InvalidRequestError(f"granted: {detail}", errors=[field])
