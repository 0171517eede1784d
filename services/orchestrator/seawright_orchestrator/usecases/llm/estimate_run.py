"""Say what a run would ask of its model."""

from dataclasses import dataclass

from seawright_orchestrator.core.llm.estimates import estimated
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.synthesis.ports import Models
from seawright_shared.errors import NotFoundError
from seawright_shared.records.llm import LlmEstimate
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRun:
    """A dry run: it refuses what a run would refuse, and asks no model."""

    domains: Domains
    models: Models

    async def __call__(self, spec: SynthesisSpec) -> LlmEstimate:
        """Return the estimate, or raise naming the field that is wrong."""
        try:
            domain = await self.domains.domain(spec.domain)
        except NotFoundError as error:
            raise refused("/domain", "unknown-domain", error.detail) from error
        if spec.llm is not None and (why := self.models.objection(spec.llm)):
            raise refused("/llm/base_url", "forbidden-host", why)
        return estimated(spec, domain)
