"""Received rollout groups in SQL, each in one state."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.tables import rollout_groups, step_episodes, training_runs
from seawright_trainer.core.filtering import Judgement

WAITING = ("ready", "handed")


class SqlGroups:
    """Groups are at-least-once: a known one, or one whose episode was used, changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, run_id: str, groups: Sequence[tuple[RolloutGroup, Judgement]], *, num_flat: int
    ) -> None:
        """Store groups with their judgement and move the cursor; known ones change nothing."""
        if not groups:
            return
        table, used = rollout_groups, step_episodes
        async with self._database.transaction() as connection:
            ids = [group.id for group, _ in groups]
            known = select(table.c.group_id).where(
                table.c.training_run_id == run_id, table.c.group_id.in_(ids)
            )
            seen = set((await connection.execute(known)).scalars())
            episodes = [member.episode_id for group, _ in groups for member in group.members]
            trained = select(used.c.episode_id).where(
                used.c.training_run_id == run_id, used.c.episode_id.in_(episodes)
            )
            spent = set((await connection.execute(trained)).scalars())
            rows: list[dict[str, object]] = []
            for group, judgement in groups:
                if group.id in seen:
                    continue
                seen.add(group.id)
                is_spent = any(member.episode_id in spent for member in group.members)
                state = "ready" if judgement == "useful" else judgement
                rows.append(
                    {
                        "training_run_id": run_id,
                        "group_id": group.id,
                        "sequence": group.sequence,
                        "state": "duplicate" if is_spent else state,
                        "content": group.model_dump(mode="json"),
                    }
                )
            if rows:
                await connection.execute(insert(table), rows)
            cursor = max(group.sequence for group, _ in groups)
            moved = update(training_runs).where(
                training_runs.c.id == run_id, training_runs.c.group_cursor < cursor
            )
            await connection.execute(moved.values(group_cursor=cursor, num_flat_groups=num_flat))

    async def ready(self, run_id: str) -> list[RolloutGroup]:
        """Return groups that may be trained on, in order of arrival."""
        table = rollout_groups
        statement = (
            select(table.c.content)
            .where(table.c.training_run_id == run_id, table.c.state == "ready")
            .order_by(table.c.sequence)
        )
        async with self._database.reading() as connection:
            contents = (await connection.execute(statement)).scalars().all()
        return [RolloutGroup.model_validate(content) for content in contents]

    async def arrived(self, run_id: str, upto: int) -> list[RolloutGroup]:
        """Return all groups, whatever became of them, that arrived since those of the last step."""
        table = rollout_groups
        is_own = table.c.training_run_id == run_id
        last = select(func.coalesce(func.max(table.c.sequence), 0)).where(
            is_own, table.c.state.in_(("used", "handed")), table.c.sequence < upto
        )
        statement = (
            select(table.c.content)
            .where(is_own, table.c.sequence > last.scalar_subquery(), table.c.sequence <= upto)
            .order_by(table.c.sequence)
        )
        async with self._database.reading() as connection:
            contents = (await connection.execute(statement)).scalars().all()
        return [RolloutGroup.model_validate(content) for content in contents]

    async def drop(self, run_id: str, group_id: str, judgement: Judgement) -> None:
        """Drop a group that waited too long."""
        table = rollout_groups
        statement = (
            update(table)
            .where(table.c.training_run_id == run_id, table.c.group_id == group_id)
            .where(table.c.state == "ready")
            .values(state=judgement)
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def num_settled(self, run_id: str) -> int:
        """Return how many groups were used or dropped: each frees one credit."""
        table = rollout_groups
        statement = select(func.count()).where(
            table.c.training_run_id == run_id, table.c.state.not_in(WAITING)
        )
        async with self._database.reading() as connection:
            return int((await connection.execute(statement)).scalar_one())
