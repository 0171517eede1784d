"""Routes of evaluation runs."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.api.verbs import Verb, act_on_run
from seawright_orchestrator.usecases.start_evaluation import StartEvaluation
from seawright_orchestrator.usecases.stores import EvaluationStore, RunVerbs
from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.specs import EvaluationSpec
from seawright_shared.web.events import EVENT_REPLIES, EventDep, respond_events
from seawright_shared.web.idempotency import KEY_REQUIRED, Idempotency, Reply
from seawright_shared.web.pages import PageDep

RunId = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRoutes:
    """What the routes stand on."""

    start: StartEvaluation
    runs: EvaluationStore
    verbs: RunVerbs
    events: EventLog
    idempotency: Idempotency


def evaluation_routes(parts: EvaluationRoutes) -> APIRouter:
    """Return the routes under /v1/evaluation-runs."""
    router = APIRouter(prefix="/v1/evaluation-runs", tags=["evaluation"])

    @router.post("", status_code=202, response_model=EvaluationRun, openapi_extra=KEY_REQUIRED)
    async def start(spec: EvaluationSpec, request: Request) -> Response:
        """Start a run. Needs an Idempotency-Key: repeated, it returns the first run."""
        task_ids = await parts.start.prepare(spec)

        async def act(connection: AsyncConnection) -> Reply:
            run = await parts.start.store(connection, spec, task_ids)
            return Reply(status=202, body=run, headers={"Location": f"{router.prefix}/{run.id}"})

        return await parts.idempotency.once(request, act, required=True)

    @router.get("")
    async def page(page: PageDep) -> Page[EvaluationRun]:
        """Return runs, newest first."""
        return await parts.runs.page(page)

    @router.get("/{run_id}")
    async def get(run_id: RunId) -> EvaluationRun:
        """Return one run, with its report when it is done."""
        return await parts.runs.get(run_id)

    @router.get("/{run_id}/events", response_model=Page[RunEvent], responses=EVENT_REPLIES)
    async def events(run_id: RunId, wanted: EventDep) -> Response:
        """Return events as a JSON page, or as a stream that resumes."""
        await parts.runs.get(run_id)
        return await respond_events(parts.events, run_id, wanted)

    @router.post("/{run_id}/{verb}", status_code=202)
    async def act_on(run_id: RunId, verb: Verb) -> EvaluationRun:
        """Cancel, pause or resume a run."""
        await act_on_run(parts.verbs, verb, run_id, "evaluation")
        return await parts.runs.get(run_id)

    return router
