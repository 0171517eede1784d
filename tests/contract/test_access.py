"""Access: every route of every service behind its gate, and services that know one another."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import seawright_environment.settings
import seawright_environment.wiring
import seawright_orchestrator.settings
import seawright_orchestrator.wiring
import seawright_policy.settings
import seawright_policy.wiring
import seawright_trainer.settings
import seawright_trainer.wiring
import seawright_user_simulator.settings
import seawright_user_simulator.wiring
from seawright_shared.access.gate import Access
from seawright_shared.access.key_files import add_key
from seawright_shared.access.keys import KeyRecord, key_hash, mint
from seawright_shared.access.opening import access_of
from seawright_shared.access.principals import Scope
from seawright_shared.access.settings import AccessSettings
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.errors import ForbiddenError, UnauthenticatedError

API = Path(__file__).parents[2] / "docs" / "api"
PEPPER, SECRET = "p" * 32, "s" * 32
SESSION = {"database": {"domain": "retail", "seed": 1, "num_customers": 10}}
OPEN_ROUTES = {"/livez", "/readyz", "/startupz", "/metrics", "/version"}


class Doors:
    """A keys file, and services behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "keys.json"
        self.file.write_text('{"keys": []}')
        self.num = 0

    def access(self, service: str) -> Access:
        settings = AccessSettings.model_validate(
            {"keys_file": self.file, "pepper": PEPPER, "service_secret": SECRET}
        )
        return access_of(settings, service)

    def key(self, *scopes: Scope) -> str:
        self.num += 1
        number = self.num.to_bytes(6, "big")
        key = mint(number, self.num.to_bytes(32, "big"))
        record = KeyRecord(
            id=number.hex(),
            name="tester",
            scopes=list(scopes),
            hash=key_hash(PEPPER.encode(), key),
            created_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        add_key(self.file, record)
        return key

    def apps(self) -> dict[str, FastAPI]:
        lite = f"sqlite+aiosqlite:///{self.folder}"
        return {
            "environment": seawright_environment.wiring.build(
                seawright_environment.settings.Settings(), self.access("environment")
            ),
            "user_simulator": seawright_user_simulator.wiring.build(
                seawright_user_simulator.settings.Settings(), access=self.access("user-simulator")
            ),
            "policy": seawright_policy.wiring.build(
                seawright_policy.settings.Settings(), self.access("policy")
            ),
            "orchestrator": seawright_orchestrator.wiring.build(
                seawright_orchestrator.settings.Settings(
                    database_url=f"{lite}/o.db", blob_dir=self.folder / "blobs"
                ),
                access=self.access("orchestrator"),
            ),
            "trainer": seawright_trainer.wiring.build(
                seawright_trainer.settings.Settings(
                    database_url=f"{lite}/t.db", blob_dir=self.folder / "blobs"
                ),
                access=self.access("trainer"),
            ),
        }


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    return Doors(tmp_path)


def routes_of(service: str) -> list[tuple[str, str]]:
    paths = json.loads((API / f"{service}.json").read_text())["paths"]
    return [
        (method.upper(), "/".join("x" if p.startswith("{") else p for p in path.split("/")))
        for path, methods in paths.items()
        for method in methods
    ]


def client(app: FastAPI, key: str | None = None) -> httpx.AsyncClient:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://service", headers=headers
    )


@pytest.mark.anyio
async def test_no_route_of_any_service_answers_without_credentials(doors: Doors):
    for service, app in doors.apps().items():
        async with client(app) as http:
            for method, path in routes_of(service):
                response = await http.request(method, path)
                if path in OPEN_ROUTES:
                    assert response.status_code != 401, path
                    continue
                if path.endswith("/mcp"):
                    # It asks for a capability of its session; there is no such session.
                    assert response.status_code >= 400, response.text
                    continue
                assert response.status_code == 401, (service, method, path)
                problem = response.json()
                assert problem["code"] == "unauthenticated"
                assert problem["request_id"] == response.headers["x-request-id"]
                assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.anyio
async def test_a_key_that_may_read_writes_nothing(doors: Doors):
    reader = doors.key("read")
    for service, app in doors.apps().items():
        async with client(app, reader) as http:
            for method, path in routes_of(service):
                if method == "GET" or path.endswith("/mcp"):
                    continue
                response = await http.request(method, path, json={})
                assert response.status_code == 403, (service, method, path)
                assert response.json()["code"] == "forbidden"


@pytest.mark.anyio
async def test_a_key_opens_what_its_scopes_name_until_it_is_taken_back(doors: Doors):
    key = doors.key("env:session")
    app = doors.apps()["environment"]
    async with client(app, key) as http:
        opened = await http.post("/v1/env-sessions", json=SESSION)
        assert opened.status_code == 201, opened.text
        assert (await http.get("/v1/domains")).status_code == 403
        doors.file.write_text('{"keys": []}')
        refused = await http.post("/v1/env-sessions", json=SESSION)
        assert refused.status_code == 401
        assert key not in refused.text


@pytest.mark.anyio
async def test_services_with_one_secret_know_one_another_and_others_do_not(doors: Doors):
    app = doors.apps()["environment"]

    def asking(credentials: Callable[[], str] | None) -> EnvironmentClient:
        peer = Peer("http://e", transport=httpx.ASGITransport(app), credentials=credentials)
        return EnvironmentClient(peer)

    assert await asking(doors.access("orchestrator").credentials).domains()
    stranger = access_of(
        AccessSettings.model_validate({"service_secret": "o" * 32}), "orchestrator"
    )
    for credentials in (stranger.credentials, None):
        with pytest.raises(UnauthenticatedError):
            await asking(credentials).domains()
    reader = doors.key("synth:write")
    with pytest.raises(ForbiddenError):
        await asking(lambda: reader).domains()


@pytest.mark.anyio
async def test_refusals_and_writes_are_audit_events_without_a_secret(
    doors: Doors, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    key = doors.key("env:session")
    app = doors.apps()["environment"]
    with caplog.at_level(logging.DEBUG):
        async with client(app, key) as http:
            await http.post("/v1/env-sessions", json=SESSION)
            await http.get("/v1/domains")
        async with client(app, key[:-1] + ("A" if key[-1] != "A" else "B")) as http:
            await http.post("/v1/env-sessions", json=SESSION)
    said = capsys.readouterr()
    told = said.out + said.err + caplog.text
    assert "audit.write" in told
    assert told.count("audit.refused") == 2
    assert f"key:{key.split('_')[2]}" in told
    for secret in (key, key.split("_", 3)[3], PEPPER, SECRET):
        assert secret not in told


def test_no_secret_shows_in_the_settings_or_the_gate(doors: Doors):
    settings = AccessSettings.model_validate({"service_secret": SECRET, "pepper": PEPPER})
    access = doors.access("x")
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in shown
        assert PEPPER not in shown
    assert SECRET not in repr(access.credentials)
