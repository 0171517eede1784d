"""Start a synthesis run: draw its streams, then store it with its first jobs."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.synthesis.ports import Models
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.stores import SynthesisStore
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.errors import NotFoundError
from seawright_shared.records.ids import NewId
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run that may be stored: its spec was found to be possible."""

    run_id: str
    spec: SynthesisSpec
    streams: list[PlanStream]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSynthesis:
    """Two steps: what needs peers comes before the transaction."""

    domains: Domains
    runs: SynthesisStore
    new_id: NewId
    models: Models

    async def prepare(self, spec: SynthesisSpec) -> OpenedRun:
        """Return the run with its streams, or raise naming the field that is wrong."""
        if spec.database.domain != spec.domain:
            raise refused("/database/domain", "mismatch", f"must be {spec.domain!r}")
        try:
            domain = await self.domains.domain(spec.domain)
        except NotFoundError as error:
            raise refused("/domain", "unknown-domain", error.detail) from error
        unknown = [goal for goal in spec.goals if goal not in domain.goal_types]
        if unknown:
            known = ", ".join(domain.goal_types)
            raise refused("/goals", "unknown-goal", f"{unknown[0]!r} is none of: {known}")
        run_id = self.new_id("srun")
        if spec.llm is None:
            return OpenedRun(run_id=run_id, spec=spec, streams=start_streams(run_id, spec, domain))
        if why := self.models.objection(spec.llm):
            raise refused("/llm/base_url", "forbidden-host", why)
        streams = await self.models.planner(spec.llm).streams(run_id, spec, domain)
        return OpenedRun(run_id=run_id, spec=spec, streams=streams)

    async def store(self, connection: AsyncConnection, opened: OpenedRun) -> SynthesisRun:
        """Store the run in the caller's transaction."""
        return await self.runs.create(connection, opened.run_id, opened.spec, opened.streams)
