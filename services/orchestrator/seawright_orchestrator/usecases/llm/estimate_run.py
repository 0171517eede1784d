"""Say what a run would ask of its model."""

from dataclasses import dataclass

from seawright_orchestrator.core.llm.estimates import estimated
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.synthesis.ports import DraftSource, Models, TaskChecker
from seawright_orchestrator.core.synthesis.sampling import Exclusions
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.synthesis.check_candidates import ENVIRONMENT_CHECKS
from seawright_orchestrator.usecases.synthesis.draw_candidates import (
    CandidateOrder,
    DrawCandidates,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.environment import TaskCheckRequest, TaskCheckResult
from seawright_shared.errors import NotFoundError
from seawright_shared.records.domains import Domain
from seawright_shared.records.llm import LlmEstimate
from seawright_shared.records.specs import SynthesisSpec

NUM_PROBES = 240
NUM_PLANS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRun:
    """A dry run: it refuses what a run would refuse, and asks no model.

    What the first plan yields is measured on a few drafts, by the computed checks alone.
    """

    domains: Domains
    models: Models
    drafts: DraftSource
    checker: TaskChecker

    async def __call__(self, spec: SynthesisSpec) -> LlmEstimate:
        """Return the estimate, or raise naming the field that is wrong."""
        try:
            domain = await self.domains.domain(spec.domain)
        except NotFoundError as error:
            raise refused("/domain", "unknown-domain", error.detail) from error
        if spec.llm is not None and (why := self.models.objection(spec.llm)):
            raise refused("/llm/base_url", "forbidden-host", why)
        return estimated(spec, domain, await self._first_yield(spec, domain))

    async def _first_yield(self, spec: SynthesisSpec, domain: Domain) -> float:
        streams = start_streams("estimate", spec, domain)[:NUM_PLANS]
        results: list[TaskCheckResult] = []
        for stream in streams:
            results += await self._checked(spec, stream, NUM_PROBES // len(streams))
        return sum(result.task is not None for result in results) / max(1, len(results))

    async def _checked(
        self, spec: SynthesisSpec, stream: PlanStream, num: int
    ) -> list[TaskCheckResult]:
        """Return what the computed checks say of drafts of a stream's first plan."""
        selection = await DrawCandidates(drafts=self.drafts)(
            CandidateOrder(
                plan=stream.plan,
                database=spec.database,
                split="train",
                holdout_share=spec.holdout_share,
                num=num,
                seed=derive_seed(spec.seed, "estimate", stream.index),
                exclusions=Exclusions(),
            )
        )
        plan = stream.evaluation_plan
        drafts = [one.draft for one in selection.candidates()]
        request = TaskCheckRequest(
            drafts=drafts,
            checks=[check for check in plan.task_checks if check.id in ENVIRONMENT_CHECKS],
            min_kill=plan.min_kill,
        )
        return await self.checker.check(request)
