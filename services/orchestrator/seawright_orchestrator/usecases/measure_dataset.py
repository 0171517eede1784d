"""Measure what a dataset version holds, before it is kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from seawright_orchestrator.core.dataset_figures import (
    by_domain,
    contamination,
    cost,
    kill_matrix,
    lineage,
    num_false_rejects,
    reject_rows,
)
from seawright_orchestrator.core.diversity import diversity
from seawright_orchestrator.core.fault_groups import unwrapped
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.usecases.list_rejects import rejects_of
from seawright_orchestrator.usecases.play_baselines import PlayBaselines
from seawright_orchestrator.usecases.stores import DatasetStore, SynthesisStore
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.errors import NotFoundError
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.datasets import (
    Contamination,
    DatasetReport,
    Difficulty,
    Funnel,
    RunLineage,
)
from seawright_shared.records.reports import IterationReport
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task

BATCH = 500


class Overlaps(Protocol):
    """Compares tasks with a benchmark's."""

    async def report(self, domain: str, tasks: Sequence[Task]) -> ContaminationReport:
        """Return the report, or raise `NotFoundError` where there is no benchmark data."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What was chosen, and what is known of the choice."""

    tasks: Sequence[Task]
    """Those of the items, each once."""
    funnel: Funnel
    """Without what the runs themselves refused."""
    difficulty: Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The report, and how many rejects of each run it counted."""

    report: DatasetReport
    num_rejects: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDataset:
    """Reads the runs, plays the baselines, asks for overlaps; stores nothing."""

    runs: SynthesisStore
    datasets: DatasetStore
    domains: Domains
    baselines: PlayBaselines
    overlaps: Overlaps

    async def __call__(self, spec: DatasetSpec, harvest: Harvest) -> Measured:
        """Return every figure of the version."""
        lines: list[RunLineage] = []
        reports: list[IterationReport] = []
        rejects: list[RejectedDraft] = []
        num_rejects: dict[str, int] = {}
        for run_id in dict.fromkeys(spec.synthesis_run_ids):
            run = await self.runs.get(run_id)
            streams = await self.runs.stream_states(run_id)
            lines.append(lineage(run, streams))
            reports += [report for stream in streams for report in stream.iterations]
            refused = [one.reject async for one in rejects_of(self.datasets, [run_id])]
            num_rejects[run_id] = len(refused)
            rejects += refused
        tasks = harvest.tasks
        rules = await self._policy_rules(tasks)
        report = DatasetReport(
            lineage=lines,
            funnel=harvest.funnel.model_copy(
                update={
                    "num_drawn": sum(report.num_drawn for report in reports),
                    "num_candidates": sum(report.num_candidates for report in reports),
                    "rejects": reject_rows(rejects),
                }
            ),
            kills=await asyncio.to_thread(kill_matrix, tasks),
            num_selftested=sum(task.selftest is not None for task in tasks),
            num_false_rejects=num_false_rejects(tasks),
            diversity=await asyncio.to_thread(diversity, tasks, rules),
            difficulty=harvest.difficulty,
            baselines=await unwrapped(self.baselines(tasks)),
            contamination=await self._contamination(tasks),
            cost=cost(reports, sum(report.num_accepted for report in reports)),
        )
        return Measured(report=report, num_rejects=num_rejects)

    async def _policy_rules(self, tasks: Sequence[Task]) -> set[str]:
        rules: set[str] = set()
        for name in by_domain(tasks):
            domain = await self.domains.domain(name)
            rules.update(rule.id for rule in domain.policy_rules)
        return rules

    async def _contamination(self, tasks: Sequence[Task]) -> Contamination:
        reports: list[ContaminationReport] = []
        for domain, ours in by_domain(tasks).items():
            for start in range(0, len(ours), BATCH):
                try:
                    found = await self.overlaps.report(domain, ours[start : start + BATCH])
                except NotFoundError as error:
                    return Contamination(reason=f"{domain}: {error.detail}")
                reports.append(found)
        return contamination(reports)
