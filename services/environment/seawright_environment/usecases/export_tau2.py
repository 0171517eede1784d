"""Export tasks and trajectories in tau2-bench's own form."""

import asyncio
from collections.abc import Mapping, Sequence

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_exports import export_task
from seawright_environment.core.tau2_trajectories import export_run
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory


async def export_tau2_tasks(tasks: Sequence[Task]) -> list[JsonObject]:
    """Return the documents in order, or raise `InvalidRequestError` for what cannot be said."""
    return await asyncio.to_thread(lambda: [export_task(task) for task in tasks])


async def export_tau2_runs(
    trajectories: Sequence[Trajectory], task_ids: Mapping[str, str]
) -> list[JsonObject]:
    """Return the simulation runs in order."""
    return await asyncio.to_thread(lambda: [export_run(one, task_ids) for one in trajectories])
