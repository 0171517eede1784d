"""The orchestrator's evaluation runs over HTTP."""

from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.records.specs import EvaluationSpec


class HttpEvaluations:
    """The port `Evaluations` by the typed client."""

    def __init__(self, client: OrchestratorClient) -> None:
        self._client = client

    async def start(self, spec: EvaluationSpec, *, key: str) -> str:
        """Start a run and return its id; the same key starts it once."""
        return (await self._client.start_evaluation(spec, idempotency_key=key)).id

    async def run(self, evaluation_run_id: str) -> EvaluationRun:
        """Return the run, with its report when it is done."""
        return await self._client.evaluation_run(evaluation_run_id)
