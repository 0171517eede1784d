"""Make a dataset version from what synthesis runs accepted."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.dataset_items import (
    Item,
    Success,
    agent_dialogue,
    dataset_version,
    is_wanted,
    selected,
    signature_of,
    user_dialogue,
)
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.task_index import customer_key
from seawright_orchestrator.usecases.stores import (
    DatasetStore,
    EpisodeStore,
    SynthesisStore,
    TaskStore,
)
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDataset:
    """The same runs and spec give the same version, under the same id."""

    runs: SynthesisStore
    tasks: TaskStore
    episodes: EpisodeStore
    datasets: DatasetStore
    domains: Domains

    async def __call__(self, spec: DatasetSpec) -> DatasetVersion:
        """Return the version; refuse one that would hold anything of a held-out customer."""
        for index, run_id in enumerate(spec.synthesis_run_ids):
            try:
                await self.runs.get(run_id)
            except NotFoundError as error:
                pointer = f"/synthesis_run_ids/{index}"
                raise refused(pointer, "unknown-run", error.detail) from error
        items = await self._items(spec)
        version = dataset_version(spec, items)
        await self.datasets.store(version, spec, items)
        return version

    async def _items(self, spec: DatasetSpec) -> Sequence[Item]:
        if spec.kind == "rl_tasks":
            found = await self.tasks.of_runs(spec.synthesis_run_ids)
            tasks = [task for task in found if is_wanted(task, spec)]
            await self._refuse_heldout(tasks)
            return selected(tasks, spec, signature_of)
        found = await self.episodes.successes(spec.synthesis_run_ids)
        successes = [one for one in found if is_wanted(one.task, spec)]
        if spec.kind == "agent_sft":
            usable = [one for one in successes if not one.trajectory.slips]
        else:
            usable = [
                one for one in successes if all(slip.by != "user" for slip in one.trajectory.slips)
            ]
        await self._refuse_heldout([one.task for one in usable])
        chosen = selected(usable, spec, lambda one: signature_of(one.task))
        return [await self._dialogue(one, spec) for one in chosen]

    async def _dialogue(self, success: Success, spec: DatasetSpec) -> Item:
        domain = await self.domains.domain(success.task.domain)
        if spec.kind == "agent_sft":
            return agent_dialogue(success, domain, spec)
        return user_dialogue(success, domain)

    async def _refuse_heldout(self, tasks: Sequence[Task]) -> None:
        heldout = await self.tasks.heldout_customers()
        for task in tasks:
            if customer_key(task) in heldout:
                raise ConflictError(
                    f"task {task.id} is about a customer who is held out for evaluation",
                    {"task_id": task.id, "customer_id": task.customer_id},
                )
