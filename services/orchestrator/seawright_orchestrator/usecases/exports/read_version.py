"""Read everything that belongs to a dataset version, in batches: whole sets are never held."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from seawright_orchestrator.core.companions import Companions
from seawright_orchestrator.core.dataset_items import Success, agent_dialogue, preference
from seawright_orchestrator.core.exports.columns import Split
from seawright_orchestrator.core.exports.rows import flipped
from seawright_orchestrator.core.exports.splits import splits
from seawright_orchestrator.core.near_duplicates import bonds_of
from seawright_orchestrator.core.ports import Blobs, Domains
from seawright_orchestrator.usecases.list_rejects import rejects_of
from seawright_orchestrator.usecases.stores import DatasetStore, EpisodeStore, TaskStore
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.records.datasets import DatasetVersion, Dialogue, Preference
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.web.pages import PageParams, decode_cursor

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A dialogue whose assistant is to be learned, and its task."""

    dialogue: Dialogue
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two plays of a task."""

    preference: Preference
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVersion:
    """Items are stored with the version; plays and rejects are those that its companions name."""

    tasks: TaskStore
    episodes: EpisodeStore
    datasets: DatasetStore
    domains: Domains
    blobs: Blobs

    async def companions(self, version: DatasetVersion) -> Companions:
        """Return what belongs to it beside its items; nothing for a version without."""
        if version.companions is None:
            return Companions()
        return Companions.model_validate_json(await self.blobs.get(version.companions))

    async def task_batches(self, version: DatasetVersion) -> AsyncGenerator[list[Task]]:
        """Yield the tasks of the items, each once."""
        if version.kind == "rl_tasks":
            params = PageParams(limit=BATCH, after=None)
            while True:
                page = await self.datasets.tasks_page(version.id, params)
                yield page.data
                if page.next_cursor is None:
                    return
                params = PageParams(limit=BATCH, after=decode_cursor(page.next_cursor))
        seen: set[str] = set()
        async for dialogues in self._stored(version):
            fresh = [one.task_id for one in dialogues if one.task_id not in seen]
            seen.update(fresh)
            yield await self.tasks.several(list(dict.fromkeys(fresh)))

    async def splits(self, version: DatasetVersion) -> dict[str, Split]:
        """Return each task's split; customers and pairs stay whole."""
        spec = self._spec(version)
        bonds = {
            task.id: bonds_of(task) async for batch in self.task_batches(version) for task in batch
        }
        return splits(bonds, test_share=spec.test_share, seed=spec.seed)

    async def taught(
        self, version: DatasetVersion, beside: Companions
    ) -> AsyncGenerator[list[Taught]]:
        """Yield dialogues: those of the items, or the plays that belong to items that are tasks."""
        if version.kind == "rl_tasks":
            async for batch in self._played(version, beside):
                yield batch
            return
        async for dialogues in self._stored(version):
            tasks = await self.tasks.several([one.task_id for one in dialogues])
            yield [
                Taught(
                    dialogue=flipped(one) if version.kind == "user_sft" else one,
                    task=task,
                )
                for one, task in zip(dialogues, tasks, strict=True)
            ]

    async def compared(
        self, version: DatasetVersion, beside: Companions
    ) -> AsyncGenerator[list[Compared]]:
        """Yield pairs of plays."""
        spec = self._spec(version)
        for start in range(0, len(beside.pairs), BATCH):
            pairs = beside.pairs[start : start + BATCH]
            won = await self.episodes.plays([pair.chosen_id for pair in pairs])
            lost = await self.episodes.plays([pair.rejected_id for pair in pairs])
            tasks = await self.tasks.several([one.task_id for one in won])
            batch: list[Compared] = []
            for task, one, other in zip(tasks, won, lost, strict=True):
                success = Success(task=task, trajectory=one.trajectory)
                domain = await self.domains.domain(task.domain)
                made = preference(success, other, domain, spec)
                batch.append(Compared(preference=made, task=task))
            yield batch

    async def rejects(self, beside: Companions) -> AsyncGenerator[list[RejectedDraft]]:
        """Yield as many refused drafts of each run as there were when the version was made."""
        for run_id, num in beside.num_rejects.items():
            batch: list[RejectedDraft] = []
            left = num
            async for one in rejects_of(self.datasets, [run_id]):
                if left == 0:
                    break
                left -= 1
                batch.append(one.reject)
                if len(batch) == BATCH:
                    yield batch
                    batch = []
            yield batch

    async def _stored(self, version: DatasetVersion) -> AsyncGenerator[list[Dialogue]]:
        params = PageParams(limit=BATCH, after=None)
        while True:
            page = await self.datasets.dialogues_page(version.id, params)
            yield page.data
            if page.next_cursor is None:
                return
            params = PageParams(limit=BATCH, after=decode_cursor(page.next_cursor))

    async def _played(
        self, version: DatasetVersion, beside: Companions
    ) -> AsyncGenerator[list[Taught]]:
        spec = self._spec(version)
        for start in range(0, len(beside.agent_plays), BATCH):
            plays = await self.episodes.plays(beside.agent_plays[start : start + BATCH])
            tasks = await self.tasks.several([play.task_id for play in plays])
            batch: list[Taught] = []
            for task, play in zip(tasks, plays, strict=True):
                domain = await self.domains.domain(task.domain)
                success = Success(task=task, trajectory=play.trajectory)
                batch.append(Taught(dialogue=agent_dialogue(success, domain, spec), task=task))
            yield batch

    def _spec(self, version: DatasetVersion) -> DatasetSpec:
        """Return the spec; versions made before it was kept split nothing."""
        return version.spec or DatasetSpec(
            name=version.name, kind=version.kind, synthesis_run_ids=version.synthesis_run_ids
        )
