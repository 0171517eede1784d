"""POST /v1/task-checks."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from seawright_environment.usecases.check_tasks import CheckTasks
from seawright_shared.contracts.environment import (
    TaskCheckRequest,
    TaskCheckResponse,
    TaskCheckResult,
)

EXAMPLES: dict[str, Example] = {
    "one draft, three checks": {
        "value": {
            "drafts": [
                {
                    "id": "draft_1",
                    "domain": "retail",
                    "database": {"domain": "retail", "source": "seed", "seed": 1},
                    "customer_id": "sara_doe_496",
                    "goals": [
                        {
                            "type": "cancel_pending_order",
                            "arguments": {"order_id": "#W1234567", "reason": "no longer needed"},
                            "entity": "#W1234567",
                            "features": {"goal": "cancel_pending_order"},
                        }
                    ],
                }
            ],
            "checks": [{"id": "schema"}, {"id": "execution"}, {"id": "selftest"}],
        }
    }
}


def task_check_routes(check_tasks: CheckTasks) -> APIRouter:
    """Return the routes of task checks."""
    router = APIRouter(prefix="/v1", tags=["synthesis"])

    # Not a coroutine: checking is CPU work, and runs in a thread.
    @router.post("/task-checks", operation_id="check_tasks")
    def check(
        request: Annotated[TaskCheckRequest, Body(openapi_examples=EXAMPLES)],
    ) -> TaskCheckResponse:
        """Run the cascade on each draft until a check fails; what passes comes back as a task."""
        return checked(check_tasks, request)

    return router


def checked(check_tasks: CheckTasks, request: TaskCheckRequest) -> TaskCheckResponse:
    """Return what came of each draft as the route shows it."""
    outcomes = check_tasks(request.drafts, request.checks, min_kill=request.min_kill)
    results = [
        TaskCheckResult(
            draft_id=draft.id,
            task=outcome.task,
            verdicts=outcome.verdicts,
            failed_goal=outcome.failed_goal,
            repaired=outcome.repaired,
            mended=outcome.draft,
        )
        for draft, outcome in zip(request.drafts, outcomes, strict=True)
    ]
    return TaskCheckResponse(results=results)
