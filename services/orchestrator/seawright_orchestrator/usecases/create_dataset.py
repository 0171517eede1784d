"""Make a dataset version from what synthesis runs accepted."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.baselines import over_limit
from seawright_orchestrator.core.companions import PlayNote, companions, note_of
from seawright_orchestrator.core.dataset_items import (
    Item,
    Selection,
    Success,
    agent_dialogue,
    dataset_version,
    is_wanted,
    selection,
    user_dialogue,
)
from seawright_orchestrator.core.difficulty import DifficultyMeter
from seawright_orchestrator.core.ports import Blobs, Domains
from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.core.task_index import customer_key
from seawright_orchestrator.usecases.measure_dataset import Harvest, MeasureDataset
from seawright_orchestrator.usecases.stores import (
    DatasetStore,
    EpisodeStore,
    SynthesisStore,
    TaskStore,
)
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.datasets import DatasetReport, DatasetVersion, Funnel
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What may come into a version: one task for each item, and the play that the item is."""

    tasks: Sequence[Task]
    plays: Sequence[PlayNote]
    """Of dialogues; empty where items are tasks."""
    num_tasks: int
    """Tasks of the runs, before any choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDataset:
    """The same runs and spec give the same version, under the same id."""

    runs: SynthesisStore
    tasks: TaskStore
    episodes: EpisodeStore
    datasets: DatasetStore
    domains: Domains
    measure: MeasureDataset
    blobs: Blobs

    async def __call__(self, spec: DatasetSpec) -> DatasetVersion:
        """Return the version; refuse one that a policy without eyes would pass.

        Nothing of a held-out customer comes in, and no more of a benchmark's than the spec says.
        """
        for index, run_id in enumerate(spec.synthesis_run_ids):
            try:
                await self.runs.get(run_id)
            except NotFoundError as error:
                pointer = f"/synthesis_run_ids/{index}"
                raise refused(pointer, "unknown-run", error.detail) from error
        known = {task.id: task for task in await self.tasks.of_runs(spec.synthesis_run_ids)}
        notes = await self._notes(spec, known)
        found = _candidates(spec, known, notes)
        await self._refuse_heldout(found.tasks)
        chosen = await asyncio.to_thread(selection, found.tasks, spec)
        ours = {found.tasks[place].id: found.tasks[place] for place in chosen.chosen}
        meter = DifficultyMeter()
        items = await self._items(spec, found, chosen, meter)
        harvest = Harvest(
            tasks=list(ours.values()),
            funnel=_funnel(found, chosen),
            difficulty=meter.figures(),
        )
        measured = await self.measure(spec, harvest)
        refuse_unsound(spec, measured.report)
        beside = companions(notes, ours.keys(), measured.num_rejects)
        reference = await self.blobs.put(beside.model_dump_json().encode())
        version = await asyncio.to_thread(dataset_version, spec, items, measured.report)
        version = version.model_copy(update={"companions": reference})
        await self.datasets.store(version, spec, items)
        return await self.datasets.get(version.id)

    async def _notes(self, spec: DatasetSpec, known: Mapping[str, Task]) -> list[PlayNote]:
        """Return a note of every play of a wanted task, in the same order for the same seeds.

        The ids of plays are new in every run, so that their order chooses nothing.
        """
        notes = [
            note_of(played, known[played.task_id])
            async for played in self.episodes.played(spec.synthesis_run_ids)
            if played.task_id in known and is_wanted(known[played.task_id], spec)
        ]
        return sorted(notes, key=lambda note: (note.task_id, note.seed, note.trajectory_id))

    async def _items(
        self, spec: DatasetSpec, found: Candidates, chosen: Selection, meter: DifficultyMeter
    ) -> list[Item]:
        """Return the items in the order of the choice; measure the plays on the way."""
        places = {found.tasks[place].id for place in chosen.chosen}
        wanted = {found.plays[place].trajectory_id: place for place in chosen.chosen if found.plays}
        made: dict[int, Item] = {}
        async for played in self.episodes.played(spec.synthesis_run_ids):
            if played.task_id in places:
                meter.add(played)
            place = wanted.get(played.trajectory.id)
            if place is not None:
                success = Success(task=found.tasks[place], trajectory=played.trajectory)
                made[place] = await self._dialogue(success, found.plays[place], spec)
        if not found.plays:
            return [found.tasks[place] for place in chosen.chosen]
        return [made[place] for place in chosen.chosen]

    async def _dialogue(self, success: Success, note: PlayNote, spec: DatasetSpec) -> Item:
        domain = await self.domains.domain(success.task.domain)
        if spec.kind == "agent_sft":
            return agent_dialogue(success, domain, spec)
        return user_dialogue(success, num_messages=note.num_user_messages)

    async def _refuse_heldout(self, tasks: Sequence[Task]) -> None:
        heldout = await self.tasks.heldout_customers()
        for task in tasks:
            if customer_key(task) in heldout:
                raise ConflictError(
                    f"task {task.id} is about a customer who is held out for evaluation",
                    {"task_id": task.id, "customer_id": task.customer_id},
                )


def _candidates(
    spec: DatasetSpec, known: Mapping[str, Task], notes: Sequence[PlayNote]
) -> Candidates:
    """Return the wanted tasks, or the plays of them that teach the spec's role."""
    if spec.kind == "rl_tasks":
        wanted = [task for task in known.values() if is_wanted(task, spec)]
        return Candidates(tasks=wanted, plays=[], num_tasks=len(known))
    is_agent = spec.kind == "agent_sft"
    plays = [note for note in notes if (note.is_clean if is_agent else note.num_user_messages)]
    tasks = [known[note.task_id] for note in plays]
    return Candidates(tasks=tasks, plays=plays, num_tasks=len(known))


def _funnel(found: Candidates, chosen: Selection) -> Funnel:
    usable = len({task.id for task in found.tasks})
    return Funnel(
        num_accepted=found.num_tasks,
        num_unwanted=found.num_tasks - usable,
        num_duplicates=chosen.num_duplicates,
        num_over_caps=chosen.num_over_caps,
        num_items=len(chosen.chosen),
    )


def refuse_unsound(spec: DatasetSpec, report: DatasetReport) -> None:
    """Raise where the tasks reward who does not read them, or are a benchmark's."""
    over = over_limit(report.baselines, spec.max_degenerate_share)
    if over:
        said = ", ".join(f"{one.policy} passes {one.share:.1%}" for one in over)
        raise ConflictError(
            f"{said} of the tasks, more than {spec.max_degenerate_share:.1%}: lower their share "
            "by outcome_shares, draw other goals, or raise max_degenerate_share",
            {"baselines": [one.model_dump(mode="json") for one in over]},
        )
    named = report.contamination.num_named
    if named > spec.max_overlaps:
        raise ConflictError(
            f"{named} tasks are a benchmark's or name one of its customers, more than "
            f"{spec.max_overlaps} (max_overlaps)",
            {"num_named": named},
        )
