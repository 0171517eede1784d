"""The typed client of the trainer service."""

from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.jobs import DeadLetter
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.trainer import (
    CheckpointChoice,
    ExportedModel,
    HeartbeatReply,
    HeartbeatRequest,
    StepReport,
    TrainingRun,
    TrainingStep,
    Work,
    WorkRequest,
)
from seawright_shared.records.ids import new_id
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.planning import PlanRequest, TrainingPlan
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion
from seawright_shared.records.specs import TrainingSpec

RUNS = "/v1/training-runs"


class TrainerClient:
    """One method per route of the trainer."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def create_run(
        self, spec: TrainingSpec, *, idempotency_key: str | None = None
    ) -> TrainingRun:
        """Start a training run; the same key and spec return the same run."""
        key = idempotency_key or new_id("key")
        return await self._peer.post(RUNS, spec, TrainingRun, idempotency_key=key)

    async def plan(self, request: PlanRequest) -> TrainingPlan:
        """Say what a run would need, without starting it."""
        return await self._peer.post("/v1/training-plans", request, TrainingPlan)

    async def run(self, run_id: str) -> TrainingRun:
        """Return one run, or raise `NotFoundError`."""
        return await self._peer.get(f"{RUNS}/{run_id}", TrainingRun)

    async def runs(self, *, cursor: str | None = None, limit: int = 50) -> Page[TrainingRun]:
        """Return a page of runs, newest first."""
        return await self._peer.get(RUNS, Page[TrainingRun], params=_page(cursor, limit))

    async def cancel(self, run_id: str) -> TrainingRun:
        """Stop the run for good; what it published stays."""
        return await self._peer.post(f"{RUNS}/{run_id}/cancel", None, TrainingRun)

    async def pause(self, run_id: str) -> TrainingRun:
        """Ask the run to checkpoint and give its machine back."""
        return await self._peer.post(f"{RUNS}/{run_id}/pause", None, TrainingRun)

    async def resume(self, run_id: str) -> TrainingRun:
        """Continue a paused or failed run from its newest good checkpoint."""
        return await self._peer.post(f"{RUNS}/{run_id}/resume", None, TrainingRun)

    async def checkpoint(self, run_id: str) -> TrainingRun:
        """Ask the run for a checkpoint after the step it is in."""
        return await self._peer.post(f"{RUNS}/{run_id}/checkpoint", None, TrainingRun)

    async def promote(self, run_id: str, choice: CheckpointChoice) -> PolicyVersion:
        """Serve a checkpoint of a run that rests, and keep it; repeating changes nothing."""
        return await self._peer.post(f"{RUNS}/{run_id}/promote", choice, PolicyVersion)

    async def export(self, run_id: str, choice: CheckpointChoice) -> ExportedModel:
        """Make a model folder of a checkpoint; repeating returns the same one."""
        return await self._peer.post(f"{RUNS}/{run_id}/export", choice, ExportedModel)

    async def steps(
        self, run_id: str, *, cursor: str | None = None, limit: int = 100
    ) -> Page[TrainingStep]:
        """Return a page of optimizer steps, in order, rolled-back ones included."""
        path = f"{RUNS}/{run_id}/steps"
        return await self._peer.get(path, Page[TrainingStep], params=_page(cursor, limit))

    async def checkpoints(self, run_id: str) -> Page[Checkpoint]:
        """Return the checkpoints that are kept, newest first."""
        return await self._peer.get(f"{RUNS}/{run_id}/checkpoints", Page[Checkpoint])

    async def events(
        self, run_id: str, after: int = 0, *, wait_seconds: float = 0.0
    ) -> Page[RunEvent]:
        """Return the run's events with a sequence above `after`, waiting for a first one."""
        params = {"after": after, "wait_seconds": wait_seconds}
        return await self._peer.get(f"{RUNS}/{run_id}/events", Page[RunEvent], params=params)

    async def versions(
        self, model: str, *, cursor: str | None = None, limit: int = 100
    ) -> Page[PolicyVersion]:
        """Return a page of a model's published versions, newest first."""
        path = f"/v1/policies/{segment(model)}/versions"
        return await self._peer.get(path, Page[PolicyVersion], params=_page(cursor, limit))

    async def dead_letters(
        self, *, is_open: bool | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[DeadLetter]:
        """Return a page of jobs that were given up, newest first."""
        params = {**_page(cursor, limit), "is_open": is_open}
        return await self._peer.get("/v1/dead-letters", Page[DeadLetter], params=params)

    async def requeue_dead_letter(self, letter_id: int) -> DeadLetter:
        """Give a dead job all its attempts again; its run goes on."""
        return await self._peer.post(
            f"/v1/dead-letters/{segment(letter_id)}/requeue", None, DeadLetter
        )

    async def work(self, run_id: str, attempt: int, request: WorkRequest) -> Work:
        """Rank 0: ask what to do next; waits up to `wait_seconds`."""
        path = f"{RUNS}/{run_id}/attempts/{attempt}/work"
        return await self._peer.post(path, request, Work)

    async def report_step(self, run_id: str, attempt: int, report: StepReport) -> TrainingStep:
        """Rank 0: one optimizer step is done. Idempotent."""
        path = f"{RUNS}/{run_id}/attempts/{attempt}/steps"
        return await self._peer.post(path, report, TrainingStep)

    async def heartbeat(
        self, run_id: str, attempt: int, request: HeartbeatRequest
    ) -> HeartbeatReply:
        """Any rank: still alive, in this phase."""
        path = f"{RUNS}/{run_id}/attempts/{attempt}/heartbeats"
        return await self._peer.post(path, request, HeartbeatReply)


def _page(cursor: str | None, limit: int) -> dict[str, str]:
    params = {"limit": str(limit)}
    return params if cursor is None else {**params, "cursor": cursor}
