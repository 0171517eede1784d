"""Routes for people: training runs, their steps, checkpoints and events."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, cast

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.trainer import (
    CheckpointChoice,
    ExportedModel,
    TrainingRun,
    TrainingStep,
)
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion
from seawright_shared.records.specs import TrainingSpec
from seawright_shared.web.events import EVENT_REPLIES, EventDep, respond_events
from seawright_shared.web.idempotency import KEY_ALLOWED, Idempotency, Reply
from seawright_shared.web.pages import Key, PageDep, page_of, require_key
from seawright_trainer.core.ports import RunDesk, Steps
from seawright_trainer.core.user_gate import UserCheck
from seawright_trainer.usecases.create_run import CreateRun
from seawright_trainer.usecases.promote_checkpoint import ExportCheckpoint, PromoteCheckpoint

Insert = Callable[[AsyncConnection, TrainingSpec, UserCheck], Awaitable[TrainingRun]]


class Lists(Protocol):
    """Pages of what is stored."""

    async def runs(self, *, before: tuple[datetime, str] | None, limit: int) -> list[TrainingRun]:
        """Return runs, newest first."""
        ...

    async def steps(
        self, run_id: str, *, after: tuple[int, int] | None, limit: int
    ) -> list[TrainingStep]:
        """Return steps, in order."""
        ...

    async def versions(self, model: str, *, below: int | None, limit: int) -> list[PolicyVersion]:
        """Return versions, newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRoutes:
    """What the routes call."""

    create: CreateRun
    promote: PromoteCheckpoint
    export: ExportCheckpoint
    insert: Insert
    desk: RunDesk
    steps: Steps
    lists: Lists
    events: EventLog
    idempotency: Idempotency


def run_routes(parts: RunRoutes) -> APIRouter:
    """Return the router of training runs."""
    router = APIRouter(prefix="/v1/training-runs", tags=["training-runs"])

    @router.post("", status_code=202, response_model=TrainingRun, openapi_extra=KEY_ALLOWED)
    async def create_run(spec: TrainingSpec, request: Request) -> Response:
        """Queue a training run."""

        async def act(connection: AsyncConnection) -> Reply:
            run = await parts.create(spec, partial(parts.insert, connection))
            return Reply(status=202, body=run, headers={"Location": f"/v1/training-runs/{run.id}"})

        return await parts.idempotency.once(request, act)

    @router.get("")
    async def list_runs(page: PageDep) -> Page[TrainingRun]:
        """List runs, newest first."""
        after = require_key(page.after, [str, str])
        before = None if after is None else (_moment(after[0]), str(after[1]))
        rows = await parts.lists.runs(before=before, limit=page.limit + 1)
        return page_of(rows, page, lambda run: [run.created_at.isoformat(), run.id], lambda r: r)

    @router.get("/{run_id}")
    async def get_run(run_id: str) -> TrainingRun:
        """Return one run."""
        return (await parts.desk.load(run_id)).shown

    @router.post("/{run_id}/cancel")
    async def cancel_run(run_id: str) -> TrainingRun:
        """End the run for good; versions it published stay."""
        return await parts.desk.cancel(run_id)

    @router.post("/{run_id}/pause")
    async def pause_run(run_id: str) -> TrainingRun:
        """Checkpoint and give the machine back."""
        return await parts.desk.pause(run_id)

    @router.post("/{run_id}/resume")
    async def resume_run(run_id: str) -> TrainingRun:
        """Continue a paused or failed run from its newest good checkpoint."""
        return await parts.desk.resume(run_id)

    @router.post("/{run_id}/checkpoint")
    async def checkpoint_run(run_id: str) -> TrainingRun:
        """Ask for a checkpoint after the step the run is in."""
        return await parts.desk.want_checkpoint(run_id)

    @router.post("/{run_id}/promote")
    async def promote_checkpoint(run_id: str, choice: CheckpointChoice) -> PolicyVersion:
        """Serve a checkpoint of a run that rests, as the model's next version, and keep it."""
        return await parts.promote(run_id, choice)

    @router.post("/{run_id}/export")
    async def export_checkpoint(run_id: str, choice: CheckpointChoice) -> ExportedModel:
        """Make a model folder in Hugging Face layout of a checkpoint; no run removes it."""
        return await parts.export(run_id, choice)

    @router.get("/{run_id}/steps")
    async def list_steps(run_id: str, page: PageDep) -> Page[TrainingStep]:
        """List optimizer steps in order; rolled-back ones say so."""
        await parts.desk.load(run_id)
        after = cast("tuple[int, int] | None", require_key(page.after, [int, int]))
        rows = await parts.lists.steps(run_id, after=after, limit=page.limit + 1)
        return page_of(rows, page, lambda step: [step.step, step.attempt], lambda step: step)

    @router.get("/{run_id}/checkpoints")
    async def list_checkpoints(run_id: str) -> Page[Checkpoint]:
        """List the checkpoints that are kept, newest first."""
        await parts.desk.load(run_id)
        return Page[Checkpoint](data=await parts.steps.checkpoints(run_id))

    @router.get("/{run_id}/events", response_model=Page[RunEvent], responses=EVENT_REPLIES)
    async def list_events(run_id: str, params: EventDep) -> Response:
        """Stream the run's events (SSE), or return a page of them (JSON)."""
        await parts.desk.load(run_id)
        return await respond_events(parts.events, run_id, params)

    return router


def version_routes(lists: Lists) -> APIRouter:
    """Return the router of published policy versions."""
    router = APIRouter(prefix="/v1/policies", tags=["policies"])

    @router.get("/{model}/versions")
    async def list_versions(model: str, page: PageDep) -> Page[PolicyVersion]:
        """List a model's published versions, newest first."""
        after = cast("tuple[int] | None", require_key(page.after, [int]))
        below = None if after is None else after[0]
        rows = await lists.versions(model, below=below, limit=page.limit + 1)
        return page_of(rows, page, lambda version: [version.version], lambda version: version)

    return router


def _moment(part: Key) -> datetime:
    try:
        moment = datetime.fromisoformat(str(part))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        field = FieldError(pointer="query:cursor", code="bad-cursor", detail="no moment in it")
        raise InvalidRequestError("cursor: not a cursor of this list", errors=[field])
    return moment
