"""The typed client of estimates: what a synthesis run would ask of its model."""

from seawright_shared.clients.peer import Peer
from seawright_shared.records.llm import LlmEstimate
from seawright_shared.records.specs import SynthesisSpec


class SynthesisEstimates:
    """Asks the orchestrator; nothing is started and nothing is spent."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def estimate(self, spec: SynthesisSpec) -> LlmEstimate:
        """Return calls, tokens and dollars that the run is taken to need."""
        return await self._peer.post("/v1/synthesis-estimates", spec, LlmEstimate)
