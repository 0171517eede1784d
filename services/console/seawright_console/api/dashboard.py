"""The dashboard: pages on the same routes that everybody has."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from seawright_console.core.ports import Renderer
from seawright_console.core.report import report_of
from seawright_console.core.run_kinds import kind_of
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.survey import Survey

POLICY = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""Headers of every page: it runs no script and loads nothing from elsewhere."""

REFRESH_SECONDS = 3


def dashboard_routes(survey: Survey, gather: GatherFindings, pages: Renderer) -> APIRouter:
    """Return the routes of the dashboard."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    def page(name: str, **values: object) -> HTMLResponse:
        return HTMLResponse(pages.render(name, **values), headers=POLICY)

    @router.get("/")
    async def overview() -> HTMLResponse:
        return page(
            "overview.html",
            title="seawright",
            services=await survey.services(),
            runs=await survey.runs(),
            refresh_seconds=REFRESH_SECONDS,
        )

    @router.get("/runs/{run_id}")
    async def run_page(run_id: str) -> HTMLResponse:
        row = await survey.run(run_id)
        findings = await gather([run_id], title=row.id, subtitle=row.what, num_readings=3)
        return page(
            "run.html",
            title=row.id,
            row=row,
            report=report_of(findings),
            episodes=await survey.episodes(run_id) if kind_of(run_id) != "training" else [],
            refresh_seconds=None if row.is_final else REFRESH_SECONDS,
        )

    @router.get("/episodes/{episode_id}")
    async def episode_page(episode_id: str) -> HTMLResponse:
        episode = await survey.deployment.orchestrator.episode(episode_id)
        reading = await gather.reading(episode, title=f"Task {episode.task_id}")
        return page("episode.html", title=episode_id, reading=reading, refresh_seconds=None)

    return router
