"""Routes for ranks: what to do, what was done, and that they are alive."""

from dataclasses import dataclass

from fastapi import APIRouter

from seawright_shared.contracts.trainer import (
    HeartbeatReply,
    HeartbeatRequest,
    StepReport,
    TrainingStep,
    Work,
    WorkRequest,
)
from seawright_trainer.core.ports import Heartbeats, RunDesk
from seawright_trainer.usecases.answer_work import AnswerWork
from seawright_trainer.usecases.report_step import ReportStep


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRoutes:
    """What the routes call."""

    answer: AnswerWork
    report: ReportStep
    heartbeats: Heartbeats
    desk: RunDesk


def attempt_routes(parts: AttemptRoutes) -> APIRouter:
    """Return the router of a run's attempts; the attempt is the fencing token."""
    router = APIRouter(prefix="/v1/training-runs/{run_id}/attempts/{attempt}", tags=["attempts"])

    @router.post("/work")
    async def answer_work(run_id: str, attempt: int, request: WorkRequest) -> Work:
        """Rank 0: what to do next. An attempt that lost the run is told to stop."""
        return await parts.answer(run_id, attempt, request)

    @router.post("/steps")
    async def report_step(run_id: str, attempt: int, report: StepReport) -> TrainingStep:
        """Rank 0: a step is done. Idempotent; an attempt that lost the run gets 409."""
        return await parts.report(run_id, attempt, report)

    @router.post("/heartbeats")
    async def beat(run_id: str, attempt: int, request: HeartbeatRequest) -> HeartbeatReply:
        """Any rank: alive, in this phase."""
        is_valid = await parts.heartbeats.beat(
            run_id, attempt, rank=request.rank, phase=request.phase, step=request.step
        )
        if not is_valid:
            return HeartbeatReply(valid=False)
        return HeartbeatReply(valid=True, desired=(await parts.desk.load(run_id)).desired)

    return router
