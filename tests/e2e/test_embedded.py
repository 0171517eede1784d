"""The embedded stack, served on a port, through its public routes."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from seawright_console.cli.embedded import Embedded, embedded
from seawright_console.core.deployment import SERVICES
from seawright_shared.errors import ConflictError

pytestmark = pytest.mark.slow


@pytest.fixture
async def running(tmp_path: Path) -> AsyncGenerator[Embedded]:
    async with embedded(tmp_path / "state", "127.0.0.1", 0) as up:
        yield up


@pytest.fixture
async def client(running: Embedded) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as opened:
        yield opened


async def test_every_service_is_ready_below_its_name(client: httpx.AsyncClient):
    for name in SERVICES:
        reply = await client.get(f"/{name}/readyz")
        assert (name, reply.status_code) == (name, 200)
        assert (await client.get(f"/{name}/version")).json()["service"] == name.replace("-", "_")


async def test_the_overview_shows_services_and_invites_to_a_run(client: httpx.AsyncClient):
    page = await client.get("/")
    assert page.status_code == 200
    assert page.text.count("ready</span>") == len(SERVICES)
    assert "No runs yet" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_wrong_spec_gets_a_problem_that_names_the_field(client: httpx.AsyncClient):
    spec = {"domain": "retail", "database": {"domain": "retail"}, "num_stream": 4}
    reply = await client.post(
        "/orchestrator/v1/synthesis-runs", json=spec, headers={"idempotency-key": "k1"}
    )
    assert reply.status_code == 422
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert "/num_stream" in {error["pointer"] for error in reply.json()["errors"]}


async def test_a_run_that_is_not_there_is_a_problem(client: httpx.AsyncClient):
    assert (await client.get("/runs/srun_absent")).status_code == 404
    assert (await client.get("/runs/nonsense")).status_code == 422


async def test_one_reference_of_all_services_is_read_without_a_network(client: httpx.AsyncClient):
    document = (await client.get("/openapi.json")).json()
    assert "/orchestrator/v1/synthesis-runs" in document["paths"]
    assert "/user-simulator/v1/user-turns" in document["paths"]
    for page in ("/docs", "/redoc", "/trainer/docs"):
        text = (await client.get(page)).text
        assert "https://" not in text.replace("https://github.com", "")
        (script,) = re.findall(r'<script[^>]* src="([^"]+\.js)"', text)
        assert (await client.get(script)).status_code == 200


async def test_the_api_documentation_finds_its_schema(client: httpx.AsyncClient):
    page = await client.get("/orchestrator/docs")
    assert "/orchestrator/openapi.json" in page.text
    assert (await client.get("/orchestrator/openapi.json")).status_code == 200


async def test_a_folder_is_served_once(running: Embedded, tmp_path: Path):
    with pytest.raises(ConflictError, match="in use"):
        async with embedded(tmp_path / "state", "127.0.0.1", 0):
            pass
