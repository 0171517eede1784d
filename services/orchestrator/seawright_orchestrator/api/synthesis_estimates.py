"""POST /v1/synthesis-estimates: what a run would ask of its model, before anything is spent."""

from fastapi import APIRouter

from seawright_orchestrator.usecases.llm.estimate_run import EstimateRun
from seawright_shared.records.llm import LlmEstimate
from seawright_shared.records.specs import SynthesisSpec


def estimate_routes(estimate: EstimateRun) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1/synthesis-estimates", tags=["synthesis"])

    @router.post("")
    async def estimate_run(spec: SynthesisSpec) -> LlmEstimate:
        """Return calls, tokens and dollars that the run is taken to need; nothing is asked."""
        return await estimate(spec)

    return router
