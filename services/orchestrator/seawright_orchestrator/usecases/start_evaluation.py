"""Start an evaluation run: find its tasks, then store it with one job per task."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.usecases.check_agent import CheckAgent
from seawright_orchestrator.usecases.stores import DatasetStore, EvaluationStore, TaskStore
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.errors import NotFoundError
from seawright_shared.records.ids import NewId
from seawright_shared.records.specs import EvaluationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvaluation:
    """Two steps: what needs peers comes before the transaction."""

    evaluations: EvaluationStore
    datasets: DatasetStore
    tasks: TaskStore
    check_agent: CheckAgent
    new_id: NewId

    async def prepare(self, spec: EvaluationSpec) -> list[str]:
        """Return the ids of the tasks, each once, or raise naming the field that is wrong."""
        if bool(spec.task_ids) == bool(spec.dataset_id):
            raise refused("/task_ids", "one-of", "give either task_ids or dataset_id")
        await self.check_agent(spec.agent)
        if spec.dataset_id is None:
            task_ids = list(dict.fromkeys(spec.task_ids))
            try:
                found = await self.tasks.several(task_ids)
            except NotFoundError as error:
                raise refused("/task_ids", "unknown-task", error.detail) from error
        else:
            task_ids = await rl_task_ids(self.datasets, spec.dataset_id)
            found = await self.tasks.several(task_ids)
        if spec.agent.kind == "scripted" and any(task.solution is None for task in found):
            raise refused("/agent/kind", "no-solution", "a task has no solution to be played")
        return task_ids

    async def store(
        self, connection: AsyncConnection, spec: EvaluationSpec, task_ids: list[str]
    ) -> EvaluationRun:
        """Store the run in the caller's transaction."""
        return await self.evaluations.create(connection, self.new_id("erun"), spec, task_ids)


async def rl_task_ids(datasets: DatasetStore, dataset_id: str) -> list[str]:
    """Return the task ids of a dataset, or raise where it is none of tasks."""
    try:
        version = await datasets.get(dataset_id)
    except NotFoundError as error:
        raise refused("/dataset_id", "unknown-dataset", error.detail) from error
    if version.kind != "rl_tasks":
        detail = f"{dataset_id} holds {version.kind}, not rl_tasks"
        raise refused("/dataset_id", "wrong-kind", detail)
    task_ids = await datasets.item_ids(dataset_id)
    if not task_ids:
        raise refused("/dataset_id", "empty-dataset", f"{dataset_id} holds no task")
    return task_ids
