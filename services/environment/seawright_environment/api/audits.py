"""POST /v1/audits."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from seawright_environment.usecases.audit_tasks import AuditOrder, AuditTasks
from seawright_shared.contracts.environment import AuditRequest
from seawright_shared.records.audits import AuditReport

EXAMPLES: dict[str, Example] = {
    "one task without gold": {
        "value": {
            "domain": "retail",
            "tasks": [
                {
                    "id": "1",
                    "user_scenario": {"instructions": "You want to know when you will get rich."},
                    "evaluation_criteria": {"actions": [], "reward_basis": ["DB", "COMMUNICATE"]},
                }
            ],
            "database": {"domain": "retail", "source": "seed", "seed": 1},
        }
    }
}


def order_of(request: AuditRequest) -> AuditOrder:
    """Return what a request asks for."""
    return AuditOrder(
        domain=request.domain,
        tasks=request.tasks,
        database=request.database,
        document=request.document,
        max_mutants=request.max_mutants,
    )


def audit_routes(audit_tasks: AuditTasks) -> APIRouter:
    """Return the route of audits."""
    router = APIRouter(prefix="/v1", tags=["audits"])

    # Not a coroutine: an audit is CPU work, and runs in a thread.
    @router.post("/audits", operation_id="audit_tasks")
    def audit(
        request: Annotated[AuditRequest, Body(openapi_examples=EXAMPLES)],
    ) -> AuditReport:
        """Verify a set of tau2-bench tasks; a broken task is a finding and stops no other."""
        return audit_tasks(order_of(request), _ignore)

    return router


def _ignore(done: int, total: int) -> None:
    del done, total
