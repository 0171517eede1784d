"""Draw the tasks that a user is probed with: of a dataset version, or anew."""

from dataclasses import dataclass

from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.seeds import derived_id
from seawright_orchestrator.core.synthesis.ports import Benchmarks
from seawright_orchestrator.usecases.start_evaluation import rl_task_ids
from seawright_orchestrator.usecases.stores import DatasetStore, TaskStore
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.orchestrator import TaskSampleRequest
from seawright_shared.errors import ConflictError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.user_quality import UserQualitySpec


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawProbes:
    """The same spec draws the same tasks, whatever user plays them: reports can be compared."""

    domains: Domains
    datasets: DatasetStore
    tasks: TaskStore
    sample_tasks: SampleTasks
    benchmarks: Benchmarks

    async def __call__(self, spec: UserQualitySpec) -> list[Task]:
        """Return tasks that the oracle agent can play, each once."""
        if spec.dataset_id is not None:
            task_ids = await rl_task_ids(self.datasets, spec.dataset_id)
            found = await self.tasks.several(list(dict.fromkeys(task_ids)))
            probes = [task for task in found if task.solution is not None][: spec.num_probes]
        else:
            assert spec.database is not None, "a spec has one source"
            probes = await self._drawn(spec.database, spec)
        if not probes:
            raise ConflictError("there is no task that the oracle agent could play")
        return probes

    async def _drawn(self, database: DatabaseRef, spec: UserQualitySpec) -> list[Task]:
        """Draw by a first plan, for customers held out of synthesis, and keep them held out."""
        source = derived_id("probes", database.model_dump_json(), spec.num_probes, spec.seed)
        plain = SynthesisSpec(domain=database.domain, database=database, seed=spec.seed)
        streams = start_streams(source, plain, await self.domains.domain(database.domain))
        request = TaskSampleRequest(
            synthesis_run_id=source, num=spec.num_probes, seed=spec.seed, plan_version="first"
        )
        if (known := await self.datasets.sample(source)) is not None:
            return await self.tasks.several(known.task_ids)
        forbidden = await self.benchmarks.names(database)
        made = await self.sample_tasks(plain, streams, request, forbidden=forbidden)
        await self.datasets.store_sample(request, made.model_copy(update={"id": source}))
        return made.tasks
