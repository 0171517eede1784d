"""The embedded stack behind its gate: the front asks for credentials, inside services work."""

import base64
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.embedded import Embedded, embedded
from seawright_console.cli.session import deployment
from seawright_console.core.deployment import SERVICES
from seawright_console.settings import Settings
from seawright_shared.errors import ForbiddenError, InvalidRequestError, UnauthenticatedError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec

pytestmark = pytest.mark.slow

SPEC = SynthesisSpec(
    domain="retail",
    database=DatabaseRef(domain="retail", seed=1, num_customers=30),
    num_streams=1,
    num_iterations=1,
    candidates_per_iteration=8,
    rollouts_per_task=0,
)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a key that may read and synthesize; the deployment's settings name its file."""
    monkeypatch.setenv("SEAWRIGHT_ACCESS_PEPPER", "p" * 32)
    monkeypatch.setenv("SEAWRIGHT_ACCESS_KEYS_FILE", str(tmp_path / "keys.json"))
    words = ["keys", "create", "tester", "--scope", "read", "--scope", "synth:write"]
    return CliRunner().invoke(command_line(), words).stdout.strip()


@pytest.fixture
async def running(tmp_path: Path, key: str) -> AsyncGenerator[Embedded]:
    del key
    async with embedded(tmp_path / "state", "127.0.0.1", 0) as up:
        yield up


async def test_nobody_passes_without_credentials(running: Embedded):
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        for name in SERVICES:
            assert (await client.get(f"/{name}/readyz")).status_code == 200
            assert (await client.get(f"/{name}/openapi.json")).status_code == 401
        page = await client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert page.headers["www-authenticate"].startswith("Basic")
    with pytest.raises(UnauthenticatedError):
        async with deployment(Settings(), running.url) as at:
            await at.orchestrator.start_synthesis(SPEC)


async def test_a_person_logs_into_the_dashboard_with_a_key(running: Embedded, key: str):
    login = base64.b64encode(f"me:{key}".encode()).decode()
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        page = await client.get("/", headers={"authorization": f"Basic {login}"})
    assert page.status_code == 200
    assert page.text.count("ready</span>") == len(SERVICES)


async def test_a_run_of_a_key_is_worked_by_services_that_trust_one_another(
    running: Embedded, key: str
):
    settings = Settings.model_validate({"api_key": key})
    async with deployment(settings, running.url) as at:
        run = await at.orchestrator.start_synthesis(SPEC)
        events = at.peers["orchestrator"].events(f"/v1/synthesis-runs/{run.id}/events")
        last = [event.type async for event in events][-1]
        assert last == "run.succeeded"
        with pytest.raises(ForbiddenError, match="run:operate"):
            await at.orchestrator.synthesis_verb(run.id, "cancel")


async def test_the_front_refuses_to_be_public_without_a_gate(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match=r"0\.0\.0\.0"):
        async with embedded(tmp_path / "state", "0.0.0.0", 0):
            raise AssertionError("it serves the world")
