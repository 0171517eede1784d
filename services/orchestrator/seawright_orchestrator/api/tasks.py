"""Routes of tasks and task samples."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query

from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.usecases.draw_sample import DrawSample
from seawright_orchestrator.usecases.stores import TaskFilter, TaskStore
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.contracts.pages import Page
from seawright_shared.records.tasks import Task
from seawright_shared.web.pages import PageDep

Id = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRoutes:
    """What the routes stand on."""

    tasks: TaskStore
    draw: DrawSample


def task_routes(parts: TaskRoutes) -> APIRouter:
    """Return the routes under /v1/tasks and /v1/task-samples."""
    router = APIRouter(prefix="/v1", tags=["tasks"])

    @router.get("/tasks")
    async def tasks(
        page: PageDep,
        run_id: Annotated[str | None, Query(max_length=80)] = None,
        is_heldout: Annotated[bool | None, Query()] = None,
        goal_type: Annotated[str | None, Query(max_length=80)] = None,
    ) -> Page[Task]:
        """Return tasks in the order of their storing."""
        wanted = TaskFilter(run_id=run_id, is_heldout=is_heldout, goal_type=goal_type)
        return await parts.tasks.page(wanted, page)

    @router.get("/tasks/{task_id}")
    async def task(task_id: Id) -> Task:
        """Return one task."""
        return await parts.tasks.get(task_id)

    @router.put("/tasks/{task_id}")
    async def put_task(task_id: Id, task: Task) -> Task:
        """Store a task of one's own; nothing changes one that is there."""
        if task.id != task_id:
            raise refused("/id", "mismatch", f"must be {task_id!r}, as in the path")
        return await parts.tasks.put(task)

    @router.post("/task-samples", status_code=201)
    async def draw(wanted: TaskSampleRequest) -> TaskSample:
        """Draw verified tasks from frozen plans; the same request returns the same sample."""
        return await parts.draw(wanted)

    return router
