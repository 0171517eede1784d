"""Routes of user quality reports."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.api.verbs import Verb, act_on_run
from seawright_orchestrator.usecases.stores import RunVerbs
from seawright_orchestrator.usecases.user_quality.report_store import ReportStore
from seawright_orchestrator.usecases.user_quality.start_report import StartReport
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec
from seawright_shared.web.events import EVENT_REPLIES, EventDep, respond_events
from seawright_shared.web.idempotency import KEY_REQUIRED, Idempotency, Reply
from seawright_shared.web.pages import PageDep

ReportId = Annotated[str, Path(max_length=80)]
Model = Annotated[str | None, Query(max_length=200, description="Only reports of this model.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRoutes:
    """What the routes stand on."""

    start: StartReport
    reports: ReportStore
    verbs: RunVerbs
    events: EventLog
    idempotency: Idempotency


def user_quality_routes(parts: ReportRoutes) -> APIRouter:
    """Return the routes under /v1/user-quality-reports."""
    router = APIRouter(prefix="/v1/user-quality-reports", tags=["user-quality"])

    @router.post("", status_code=202, response_model=UserQualityReport, openapi_extra=KEY_REQUIRED)
    async def start(spec: UserQualitySpec, request: Request) -> Response:
        """Measure a user. Needs an Idempotency-Key: repeated, it returns the first report."""
        await parts.start.prepare(spec)

        async def act(connection: AsyncConnection) -> Reply:
            report = await parts.start.store(connection, spec)
            location = {"Location": f"{router.prefix}/{report.id}"}
            return Reply(status=202, body=report, headers=location)

        return await parts.idempotency.once(request, act, required=True)

    @router.get("")
    async def page(page: PageDep, model: Model = None) -> Page[UserQualityReport]:
        """Return reports, newest first."""
        return await parts.reports.page(page, model)

    @router.get("/{report_id}")
    async def get(report_id: ReportId) -> UserQualityReport:
        """Return one report, with its rates when it is done."""
        return await parts.reports.get(report_id)

    @router.get("/{report_id}/events", response_model=Page[RunEvent], responses=EVENT_REPLIES)
    async def events(report_id: ReportId, wanted: EventDep) -> Response:
        """Return events as a JSON page, or as a stream that resumes."""
        await parts.reports.get(report_id)
        return await respond_events(parts.events, report_id, wanted)

    @router.post("/{report_id}/{verb}", status_code=202)
    async def act_on(report_id: ReportId, verb: Verb) -> UserQualityReport:
        """Cancel, pause or resume a report."""
        await act_on_run(parts.verbs, verb, report_id, "user_quality")
        return await parts.reports.get(report_id)

    return router
