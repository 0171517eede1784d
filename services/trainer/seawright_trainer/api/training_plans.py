"""POST /v1/training-plans."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.openapi.models import Example

from seawright_shared.records.planning import PlanRequest, TrainingPlan
from seawright_trainer.usecases.plan_run import PlanRun

EXAMPLES: dict[str, Example] = {
    "a small model on one H200": {
        "value": {
            "spec": {
                "kind": "grpo",
                "model": {"uri": "/models/small", "name": "small"},
                "dataset_id": "ds_1",
                "num_steps": 100,
                "recompute_blocks": True,
                "batch": {"token_budget": 65536, "max_length": 32768, "group_size": 16},
            },
            "cluster": {"num_gpus": 1},
            "model_config_json": {
                "model_type": "qwen3",
                "hidden_size": 1024,
                "num_hidden_layers": 28,
                "num_attention_heads": 16,
                "num_key_value_heads": 8,
                "head_dim": 128,
                "intermediate_size": 3072,
                "vocab_size": 151936,
                "tie_word_embeddings": True,
            },
        }
    }
}


def plan_routes(plan_run: PlanRun) -> APIRouter:
    """Return the routes of plans."""
    router = APIRouter(prefix="/v1", tags=["training-plans"])

    # Not a coroutine: the model is built, on the meta device, in a thread.
    @router.post("/training-plans", operation_id="plan_training")
    def plan(request: Annotated[PlanRequest, Body(openapi_examples=EXAMPLES)]) -> TrainingPlan:
        """Say what a run would need, without starting it."""
        return plan_run(request)

    return router
