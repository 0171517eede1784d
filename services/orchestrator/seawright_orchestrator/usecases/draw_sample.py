"""Draw verified tasks from a run's frozen plans, and store them apart."""

from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.fault_groups import unwrapped
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.synthesis.ports import Benchmarks
from seawright_orchestrator.usecases.stores import DatasetStore, SynthesisStore
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.errors import NotFoundError
from seawright_shared.records.base import content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample:
    """A sample follows from its request and the plans: repeating it returns the stored one."""

    runs: SynthesisStore
    datasets: DatasetStore
    sample_tasks: SampleTasks
    benchmarks: Benchmarks

    async def __call__(self, request: TaskSampleRequest) -> TaskSample:
        """Return the sample, made now or before."""
        try:
            run = await self.runs.get(request.synthesis_run_id)
        except NotFoundError as error:
            raise refused("/synthesis_run_id", "unknown-run", error.detail) from error
        streams = await self.runs.plan_streams(run.id)
        plans = [",".join(plan.id for plan in stream.plans) for stream in streams]
        made_of: JsonValue = {"request": request.model_dump(mode="json"), "plans": [*plans]}
        sample_id = content_id("smp", made_of)
        if (known := await self.datasets.sample(sample_id)) is not None:
            return known
        forbidden = await self.benchmarks.names(run.spec.database)
        sampled = await unwrapped(
            self.sample_tasks(run.spec, streams, request, forbidden=forbidden)
        )
        made = sampled.model_copy(update={"id": sample_id})
        await self.datasets.store_sample(request, made)
        return made
