"""Export tasks and trajectories in tau2-bench's own form."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.sides import agent_document, user_document
from seawright_environment.core.state import State
from seawright_environment.core.tau2_exports import export_task
from seawright_environment.core.tau2_trajectories import export_run
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDatabase:
    """Both sides of a database in tau2-bench's form."""

    agent: JsonObject
    user: JsonObject | None


@dataclass(frozen=True, slots=True)
class ExportTau2Database:
    """Writes a generated database whole, so that exported tasks have one to start from."""

    databases: Databases

    async def __call__(self, ref: DatabaseRef) -> WrittenDatabase:
        """Return the database; entities are made for it."""
        return await asyncio.to_thread(self._written, ref)

    def _written(self, ref: DatabaseRef) -> WrittenDatabase:
        base = self.databases.load(ref)
        state = State(base.database)
        return WrittenDatabase(
            agent=agent_document(state, base.content.list_tables),
            user=user_document(state) if base.content.is_two_sided else None,
        )


@dataclass(frozen=True, slots=True)
class ExportTau2Tasks:
    """Writes tasks as tau2-bench's task documents; one that came from there comes out as it was."""

    databases: Databases

    async def __call__(self, tasks: Sequence[Task], *, is_scored: bool = True) -> list[JsonObject]:
        """Return the documents in order, or raise `InvalidRequestError` for what cannot be said."""
        return await asyncio.to_thread(
            lambda: [self._written(task, is_scored=is_scored) for task in tasks]
        )

    def _written(self, task: Task, *, is_scored: bool) -> JsonObject:
        if task.tau2:
            return task.tau2
        return export_task(self.databases.load(task.database), task, is_scored=is_scored)


async def export_tau2_runs(
    trajectories: Sequence[Trajectory], task_ids: Mapping[str, str]
) -> list[JsonObject]:
    """Return the simulation runs in order."""
    return await asyncio.to_thread(lambda: [export_run(one, task_ids) for one in trajectories])
