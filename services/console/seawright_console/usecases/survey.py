"""Look over a deployment: which services are up, which runs there are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from seawright_console.core.deployment import Deployment
from seawright_console.core.run_kinds import kind_of
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.orchestrator import Episode, EvaluationRun, Run, SynthesisRun
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import SeawrightError, UnavailableError
from seawright_shared.records.base import Record
from seawright_shared.records.jobs import JobStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """Whether a service takes work; `why` says what it misses."""

    name: str
    is_ready: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of any kind, in one line."""

    id: str
    kind: str
    what: str
    status: str
    done: int
    total: int
    created_at: datetime
    reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return JobStatus(self.status).is_final

    @property
    def share(self) -> float:
        """How much is done, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class _Readiness(Record):
    """What a ready service answers; its fields do not matter here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Asks every service of a deployment."""

    deployment: Deployment

    async def services(self) -> list[ServiceHealth]:
        """Return each service's health, asked at the same time."""
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(_health(name, peer))
                for name, peer in self.deployment.peers.items()
            ]
        return [each.result() for each in asked]

    async def runs(self, limit: int = 25) -> list[RunRow]:
        """Return the latest runs of all kinds, newest first; a service that is away has none."""
        rows: list[RunRow] = []
        for read in (self._syntheses, self._evaluations, self._trainings):
            try:
                rows += await read(limit)
            except UnavailableError:
                continue
        return newest(rows)[:limit]

    async def _syntheses(self, limit: int) -> list[RunRow]:
        page = await self.deployment.orchestrator.synthesis_runs(limit=limit)
        return [synthesis_row(run) for run in page.data]

    async def _evaluations(self, limit: int) -> list[RunRow]:
        page = await self.deployment.orchestrator.evaluation_runs(limit=limit)
        return [evaluation_row(run) for run in page.data]

    async def _trainings(self, limit: int) -> list[RunRow]:
        page = await self.deployment.trainer.runs(limit=limit)
        return [training_row(run) for run in page.data]

    async def run(self, run_id: str) -> RunRow:
        """Return one run of any kind, or raise `NotFoundError`."""
        orchestrator = self.deployment.orchestrator
        kind = kind_of(run_id)
        if kind == "synthesis":
            return synthesis_row(await orchestrator.synthesis_run(run_id))
        if kind == "evaluation":
            return evaluation_row(await orchestrator.evaluation_run(run_id))
        return training_row(await self.deployment.trainer.run(run_id))

    async def episodes(self, run_id: str, limit: int = 50) -> list[Episode]:
        """Return the first episodes of a synthesis or evaluation run."""
        page = await self.deployment.orchestrator.episodes(run_id=run_id, limit=limit)
        return page.data


def newest(rows: Sequence[RunRow]) -> list[RunRow]:
    """Return the rows, newest first."""
    return sorted(rows, key=lambda row: row.created_at, reverse=True)


def synthesis_row(run: SynthesisRun) -> RunRow:
    """Return a synthesis run in one line."""
    spec = run.spec
    what = f"{spec.domain}, {spec.num_streams} streams, {run.num_tasks} tasks"
    return _row(
        run, "synthesis", what, run.num_iterations_done, spec.num_streams * spec.num_iterations
    )


def evaluation_row(run: EvaluationRun) -> RunRow:
    """Return an evaluation run in one line."""
    what = run.spec.name
    if run.report and 1 in run.report.pass_hat:
        what += f", pass^1 {run.report.pass_hat[1].value:.3f}"
    return _row(run, "evaluation", what, run.num_episodes_done, run.num_episodes)


def training_row(run: TrainingRun) -> RunRow:
    """Return a training run in one line."""
    what = f"{run.spec.kind}, {run.spec.model.name}" + (f", {run.phase}" if run.phase else "")
    return _row(run, "training", what, run.step, run.spec.num_steps)


def _row(run: Run, kind: str, what: str, done: int, total: int) -> RunRow:
    return RunRow(
        id=run.id,
        kind=kind,
        what=what,
        status=run.status.value,
        done=done,
        total=total,
        created_at=run.created_at,
        reason=run.status_reason.message if run.status_reason else "",
    )


async def _health(name: str, peer: Peer) -> ServiceHealth:
    try:
        await peer.get("/readyz", _Readiness)
    except SeawrightError as error:
        return ServiceHealth(name=name, is_ready=False, why=error.detail)
    return ServiceHealth(name=name, is_ready=True)
