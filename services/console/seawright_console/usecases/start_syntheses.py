"""Start synthesis runs, or go on with those of the same specs that were begun before."""

from dataclasses import dataclass

from seawright_console.core.deployment import Deployment
from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.records.base import content_hash
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import SynthesisSpec

ENDED = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """A run that is under way or done; `is_new`: nobody had asked for it before."""

    run: SynthesisRun
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSyntheses:
    """The same spec is the same run, however often it is asked for, unless that one failed."""

    deployment: Deployment

    async def __call__(self, spec: SynthesisSpec, *, again: bool = False) -> StartedRun:
        """Return the run of the spec: the latest one that did not fail, else a new one.

        A paused one is resumed. `again` asks for a new one in any case.
        """
        orchestrator = self.deployment.orchestrator
        earlier = await self._earlier(spec)
        usable = [run for run in earlier if run.status not in ENDED]
        if usable and not again:
            run = usable[0]
            if run.status is JobStatus.PAUSED:
                run = await orchestrator.synthesis_verb(run.id, "resume")
            return StartedRun(run=run, is_new=False)
        key = f"{content_hash(spec)}-{len(earlier)}"
        return StartedRun(
            run=await orchestrator.start_synthesis(spec, idempotency_key=key), is_new=True
        )

    async def _earlier(self, spec: SynthesisSpec) -> list[SynthesisRun]:
        """Return the runs of this very spec, newest first."""
        orchestrator = self.deployment.orchestrator
        runs = await read_all(lambda cursor: orchestrator.synthesis_runs(cursor=cursor, limit=100))
        return [run for run in runs if run.spec == spec]
