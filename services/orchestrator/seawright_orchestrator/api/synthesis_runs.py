"""Routes of synthesis runs: start, watch, steer, read what came out."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.api.verbs import Verb, act_on_run
from seawright_orchestrator.usecases.start_synthesis import StartSynthesis
from seawright_orchestrator.usecases.stores import RunVerbs, SynthesisStore
from seawright_orchestrator.usecases.synthesis.read_plans import ReadPlans
from seawright_shared.contracts.orchestrator import (
    PlanDiff,
    PlanVersion,
    RejectedDraft,
    StreamState,
    SynthesisReport,
    SynthesisRun,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.web.events import EVENT_REPLIES, EventDep, respond_events
from seawright_shared.web.idempotency import KEY_REQUIRED, Idempotency, Reply
from seawright_shared.web.pages import PageDep

RunId = Annotated[str, Path(max_length=80)]
StreamId = Annotated[str, Path(max_length=80)]
Version = Annotated[int, Path(ge=0, le=10_000)]
WantedVersion = Annotated[int, Query(ge=0, le=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisRoutes:
    """What the routes stand on."""

    start: StartSynthesis
    runs: SynthesisStore
    verbs: RunVerbs
    events: EventLog
    idempotency: Idempotency


def synthesis_routes(parts: SynthesisRoutes) -> APIRouter:
    """Return the routes under /v1/synthesis-runs."""
    router = APIRouter(prefix="/v1/synthesis-runs", tags=["synthesis"])
    read = ReadPlans(runs=parts.runs)

    @router.post("", status_code=202, response_model=SynthesisRun, openapi_extra=KEY_REQUIRED)
    async def start(spec: SynthesisSpec, request: Request) -> Response:
        """Start a run. Needs an Idempotency-Key: repeated, it returns the first run."""
        opened = await parts.start.prepare(spec)

        async def act(connection: AsyncConnection) -> Reply:
            run = await parts.start.store(connection, opened)
            return Reply(status=202, body=run, headers={"Location": f"{router.prefix}/{run.id}"})

        return await parts.idempotency.once(request, act, required=True)

    @router.get("")
    async def page(page: PageDep) -> Page[SynthesisRun]:
        """Return runs, newest first."""
        return await parts.runs.page(page)

    @router.get("/{run_id}")
    async def get(run_id: RunId) -> SynthesisRun:
        """Return one run."""
        return await parts.runs.get(run_id)

    @router.get("/{run_id}/streams")
    async def streams(run_id: RunId) -> Page[StreamState]:
        """Return the plan streams by index, with plans, reflections and iterations."""
        return Page[StreamState](data=await parts.runs.stream_states(run_id))

    @router.get("/{run_id}/streams/{stream_id}/plans")
    async def plans(run_id: RunId, stream_id: StreamId) -> Page[PlanVersion]:
        """Return all versions of a stream's plan pair, first one first."""
        return Page[PlanVersion](data=await read.all(run_id, stream_id))

    @router.get("/{run_id}/streams/{stream_id}/plans/{version}")
    async def plan(run_id: RunId, stream_id: StreamId, version: Version) -> PlanVersion:
        """Return one version of a stream's plan pair, with what made it and what it drew."""
        return await read.one(run_id, stream_id, version)

    @router.get("/{run_id}/streams/{stream_id}/plan-diffs")
    async def plan_diff(
        run_id: RunId, stream_id: StreamId, first: WantedVersion, last: WantedVersion
    ) -> PlanDiff:
        """Return what differs between two versions of a stream's plan pair."""
        return await read.diff(run_id, stream_id, first, last)

    @router.get("/{run_id}/report")
    async def report(run_id: RunId) -> SynthesisReport:
        """Return the funnel of every iteration."""
        run = await parts.runs.get(run_id)
        return SynthesisReport(run=run, streams=await parts.runs.stream_states(run_id))

    @router.get("/{run_id}/rejects")
    async def rejects(run_id: RunId, page: PageDep) -> Page[RejectedDraft]:
        """Return the drafts that were not accepted, with their reasons."""
        return await parts.runs.rejects_page(run_id, page)

    @router.get("/{run_id}/events", response_model=Page[RunEvent], responses=EVENT_REPLIES)
    async def events(run_id: RunId, wanted: EventDep) -> Response:
        """Return events as a JSON page, or as a stream that resumes."""
        await parts.runs.get(run_id)
        return await respond_events(parts.events, run_id, wanted)

    @router.post("/{run_id}/{verb}", status_code=202)
    async def act_on(run_id: RunId, verb: Verb) -> SynthesisRun:
        """Cancel, pause or resume a run."""
        await act_on_run(parts.verbs, verb, run_id, "synthesis")
        return await parts.runs.get(run_id)

    return router
