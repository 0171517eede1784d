"""The dashboard over ASGI, in front of a deployment that answers what it is told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.adapters.jinja_pages import Pages
from seawright_console.api.dashboard import dashboard_routes
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.survey import Survey
from seawright_shared.contracts.pages import Page
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.web.create_app import create_app
from tests.unit.console import made_up

EVIL = "<script>alert(1)</script>"


def answers() -> dict[str, BaseModel]:
    """Return what the deployment answers, by path."""
    report = made_up.synthesis(theme=EVIL)
    evaluation = made_up.evaluation(EVIL, 0.5).model_copy(update={"id": "erun_1"})
    training, steps = made_up.training()
    failed = StatusReason(code="no-variance", message=f"nothing to learn {EVIL}")
    training = training.model_copy(
        update={"id": "trun_1", "status": JobStatus.FAILED, "status_reason": failed}
    )
    episode = made_up.episode(1, is_ok=False, said=EVIL)
    orchestrator, trainer = "/orchestrator/v1", "/trainer/v1/training-runs"
    return {
        f"{orchestrator}/synthesis-runs": Page(data=[report.run]),
        f"{orchestrator}/synthesis-runs/srun_1": report.run,
        f"{orchestrator}/synthesis-runs/srun_1/report": report,
        f"{orchestrator}/evaluation-runs": Page(data=[evaluation]),
        f"{orchestrator}/evaluation-runs/erun_1": evaluation,
        f"{orchestrator}/episodes": Page(data=[episode]),
        f"{orchestrator}/episodes/ep_1": episode,
        trainer: Page(data=[training]),
        f"{trainer}/trun_1": training,
        f"{trainer}/trun_1/steps": Page(data=steps),
    }


def app_before(found: dict[str, BaseModel], *, absent: str = "") -> FastAPI:
    """Return the dashboard before a deployment; the service `absent` cannot be reached."""

    def reply(request: httpx.Request) -> httpx.Response:
        if absent and request.url.path.startswith(f"/{absent}/"):
            raise httpx.ReadError("reset")
        if request.url.path.endswith("/readyz"):
            return httpx.Response(200, json={"status": "ok"})
        answer = found.get(request.url.path)
        if answer is None:
            return httpx.Response(404, json={"code": "not-found", "detail": "no such thing"})
        return httpx.Response(200, content=answer.model_dump_json())

    at = opened(addresses_below("http://x"), transport=httpx.MockTransport(reply))
    routes = dashboard_routes(Survey(deployment=at), GatherFindings(deployment=at), Pages())
    return create_app("console", [routes])


@asynccontextmanager
async def browser(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://console"
    ) as client:
        yield client


async def test_every_page_shows_text_as_text_and_runs_no_script():
    async with browser(app_before(answers())) as client:
        for path in ("/", "/runs/srun_1", "/runs/erun_1", "/runs/trun_1", "/episodes/ep_1"):
            page = await client.get(path)
            assert (path, page.status_code) == (path, 200)
            assert "<script" not in page.text
            assert "script-src" not in page.headers["content-security-policy"]
            assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_overview_leads_to_every_run():
    async with browser(app_before(answers())) as client:
        page = (await client.get("/")).text
        for run_id in ("srun_1", "erun_1", "trun_1"):
            assert f'href="/runs/{run_id}"' in page
        assert "nothing to learn &lt;script&gt;" in page


async def test_an_absent_service_leaves_the_others_on_the_overview():
    async with browser(app_before(answers(), absent="trainer")) as client:
        page = (await client.get("/")).text
        assert page.count("not ready") == 1
        assert "srun_1" in page
        assert "trun_1" not in page


async def test_a_run_that_goes_on_refreshes_itself_and_a_final_one_does_not():
    found = answers()
    running = made_up.synthesis().run.model_copy(update={"status": JobStatus.RUNNING})
    found["/orchestrator/v1/synthesis-runs/srun_1"] = running
    async with browser(app_before(found)) as client:
        assert 'http-equiv="refresh"' in (await client.get("/runs/srun_1")).text
        assert 'http-equiv="refresh"' not in (await client.get("/runs/erun_1")).text


async def test_an_evaluation_s_page_leads_to_its_episodes():
    async with browser(app_before(answers())) as client:
        page = (await client.get("/runs/erun_1")).text
        assert 'href="/episodes/ep_1"' in page
        assert "the order was never cancelled" in (await client.get("/episodes/ep_1")).text


async def test_what_is_not_there_is_a_problem():
    async with browser(app_before(answers())) as client:
        absent = await client.get("/runs/srun_absent")
        assert absent.status_code == 404
        assert absent.json()["code"] == "not-found"
        wrong = await client.get("/runs/nonsense")
        assert wrong.status_code == 422
        assert "srun_" in wrong.json()["detail"]
