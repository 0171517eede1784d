"""POST /v1/drafts."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from seawright_environment.core.drafting import DraftOrder
from seawright_environment.usecases.draft_tasks import DraftTasks
from seawright_shared.contracts.environment import DraftBatch, DraftRequest

EXAMPLES: dict[str, Example] = {
    "two kinds of wishes": {
        "value": {
            "database": {"domain": "retail", "source": "seed", "seed": 1},
            "seed": 7,
            "num": 2,
            "goals": {"cancel_pending_order": 0.5, "order_info": 0.5},
        }
    }
}


def draft_routes(draft_tasks: DraftTasks) -> APIRouter:
    """Return the routes of drafts."""
    router = APIRouter(prefix="/v1", tags=["synthesis"])

    # Not a coroutine: drawing is CPU work, and runs in a thread.
    @router.post("/drafts", operation_id="draw_drafts")
    def draw(
        request: Annotated[DraftRequest, Body(openapi_examples=EXAMPLES)],
    ) -> DraftBatch:
        """Return goals drawn for customers of one split, reproducibly by seed."""
        return drawn(draft_tasks, request)

    return router


def drawn(draft_tasks: DraftTasks, request: DraftRequest) -> DraftBatch:
    """Return the drafts as the route shows them."""
    order = DraftOrder(
        database=request.database,
        seed=request.seed,
        num=request.num,
        is_heldout=request.split == "heldout",
        holdout_share=request.holdout_share,
        goals=request.goals,
        num_goals=request.num_goals,
        disclosures=request.disclosures,
        references=request.references,
        personas=request.personas,
        contrast_rate=request.contrast_rate,
        rules=request.rules,
    )
    return DraftBatch(drafts=draft_tasks(order))
