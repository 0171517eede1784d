"""Read the versions of a stream's plan pair, and what differs between them."""

from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.plan_versions import (
    diff_versions,
    plan_version,
    plan_versions,
)
from seawright_orchestrator.usecases.stores import SynthesisStore
from seawright_shared.contracts.orchestrator import PlanDiff, PlanVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlans:
    """Old versions stay readable for ever: they are never overwritten."""

    runs: SynthesisStore

    async def all(self, run_id: str, stream_id: str) -> list[PlanVersion]:
        """Return every version, first one first."""
        return plan_versions(await self.runs.plan_stream(run_id, stream_id))

    async def one(self, run_id: str, stream_id: str, version: int) -> PlanVersion:
        """Return one version."""
        return plan_version(await self.runs.plan_stream(run_id, stream_id), version)

    async def diff(self, run_id: str, stream_id: str, first: int, last: int) -> PlanDiff:
        """Return what differs between two versions."""
        stream = await self.runs.plan_stream(run_id, stream_id)
        return diff_versions(plan_version(stream, first), plan_version(stream, last))
