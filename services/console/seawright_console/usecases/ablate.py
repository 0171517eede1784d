"""Run every arm of an ablation with every seed, and measure each by the full verification."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from seawright_console.core.ablation import Cell, Options, cell_key, cell_specs
from seawright_console.core.deployment import Deployment
from seawright_console.core.figures import total
from seawright_console.core.funnel import reports_of
from seawright_console.core.ports import Screen
from seawright_console.core.signatures import signature
from seawright_console.core.synthesis_figures import causes_by_iteration
from seawright_console.usecases.follow_runs import FollowRuns
from seawright_console.usecases.start_syntheses import StartSyntheses
from seawright_shared.contracts.orchestrator import (
    StreamState,
    SynthesisRun,
    TaskSample,
    TaskSampleRequest,
)
from seawright_shared.records.specs import SynthesisSpec

SAMPLE_SEED = 1_000_003
"""Drafts on which plans are compared are none that a run has drawn; all arms of a seed share it."""


class Cells(Protocol):
    """Where cells are kept, so that an ablation that was stopped goes on."""

    def load(self, key: str) -> Cell | None:
        """Return the cell, if it was saved."""
        ...

    def save(self, key: str, cell: Cell) -> None:
        """Keep the cell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablate:
    """Works through any deployment, one cell after the other."""

    deployment: Deployment
    follow: FollowRuns
    cells: Cells
    screen: Screen
    clock: Callable[[], float]

    async def __call__(
        self, base: SynthesisSpec, options: Options, arms: Sequence[str]
    ) -> list[Cell]:
        """Return all cells, arm by arm within each seed; those done before are not run again."""
        wanted = cell_specs(base, options, arms)
        done: list[Cell] = []
        for number, (arm, spec) in enumerate(wanted, start=1):
            key = cell_key(arm, spec, options)
            cell = self.cells.load(key)
            state = "done before"
            if cell is None:
                began = self.clock()
                cell = await self._measured(arm, spec, options, f"{number}/{len(wanted)} {arm}")
                self.cells.save(key, cell)
                state = f"{self.clock() - began:.0f} s"
            done.append(cell)
            self.screen.say(f"{number}/{len(wanted)}  {cell_words(cell)}  ({state})")
        return done

    async def _measured(self, arm: str, spec: SynthesisSpec, options: Options, title: str) -> Cell:
        begun = await StartSyntheses(deployment=self.deployment)(spec)
        run = await self.follow.synthesis(begun.run.id, f"{title}, seed {spec.seed}")
        streams = await self.deployment.orchestrator.streams(run.id)
        first = await self._sample(run, options, "first", "full")
        # Without revision the first plans are the last ones: the same sample.
        is_fixed = spec.evolution == "none"
        last = first if is_fixed else await self._sample(run, options, "last", "full")
        own = await self._sample(run, options, "last", "own")
        assert own.num_wrong is not None, "a sample judged by its own plan counts what was wrong"
        return Cell(
            arm=arm,
            seed=spec.seed,
            spec=spec,
            run_id=run.id,
            yields=yields(streams),
            first_accepted=first.accepted,
            first_customers=first.customers,
            last_accepted=last.accepted,
            last_customers=last.customers,
            num_accepted=run.num_tasks,
            num_sequences=await self._num_sequences(run.id),
            cells=total(report.cells for report in reports_of(streams)),
            causes=causes_by_iteration(streams),
            num_let_through=own.num_accepted,
            num_wrong=own.num_wrong,
            seconds=sum(report.seconds for report in reports_of(streams)),
        )

    async def _sample(
        self,
        run: SynthesisRun,
        options: Options,
        version: Literal["first", "last"],
        judged_by: Literal["full", "own"],
    ) -> TaskSample:
        """Return a sample of customers never seen, at equal shares of goals."""
        request = TaskSampleRequest(
            synthesis_run_id=run.id,
            num=options.num_heldout,
            seed=SAMPLE_SEED + run.spec.seed,
            plan_version=version,
            judged_by=judged_by,
        )
        return await self.deployment.orchestrator.sample_tasks(request)

    async def _num_sequences(self, run_id: str) -> int:
        """Count different tool sequences, a page of tasks at a time: there may be many."""
        seen: set[tuple[str, ...]] = set()
        cursor: str | None = None
        while True:
            page = await self.deployment.orchestrator.tasks(
                run_id=run_id, is_heldout=False, cursor=cursor, limit=200
            )
            seen.update(signature(task) for task in page.data)
            cursor = page.next_cursor
            if cursor is None or not page.has_more:
                return len(seen)


def cell_words(cell: Cell) -> str:
    """Return one cell as a line."""
    shares = [good / max(1, num) for good, num in cell.yields]
    first = sum(cell.first_accepted) / max(1, len(cell.first_accepted))
    last = sum(cell.last_accepted) / max(1, len(cell.last_accepted))
    return (
        f"{cell.arm}, seed {cell.seed}: yield {shares[0]:.2f} to {shares[-1]:.2f}, "
        f"held out {first:.2f} to {last:.2f}, {cell.num_accepted} accepted, "
        f"{cell.num_wrong} of {cell.num_let_through} let through are wrong"
    )


def yields(streams: Sequence[StreamState]) -> list[tuple[int, int]]:
    """Return accepted and candidates per iteration, over all streams."""
    most = max((len(stream.iterations) for stream in streams), default=0)
    found: list[tuple[int, int]] = []
    for at in range(most):
        reports = [stream.iterations[at] for stream in streams if len(stream.iterations) > at]
        found.append(
            (
                sum(report.num_accepted for report in reports),
                sum(report.num_candidates for report in reports),
            )
        )
    return found
