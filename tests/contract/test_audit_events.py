"""Audit events: who wrote what and who was refused, kept in a file and read by those who may."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import seawright_environment.settings
import seawright_environment.wiring
from seawright_shared.access.audit import AuditEvent, AuditTrail
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.stores.clock import utc_now
from tests.contract.test_access import PEPPER, SECRET, SESSION, Doors, client

pytestmark = pytest.mark.anyio


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    return Doors(tmp_path)


def environment(doors: Doors) -> FastAPI:
    settings = AccessSettings.model_validate(
        {
            "keys_file": doors.file,
            "pepper": PEPPER,
            "service_secret": SECRET,
            "audit_file": doors.folder / "deep" / "audit.jsonl",
        }
    )
    access = access_of(settings, "environment")
    return seawright_environment.wiring.build(seawright_environment.settings.Settings(), access)


async def events(http: httpx.AsyncClient, **params: int | str) -> httpx.Response:
    return await http.get("/v1/audit-events", params=params)


async def test_writes_and_refusals_are_read_page_by_page_by_an_admin_alone(doors: Doors):
    writer, admin = doors.key("env:session"), doors.key("admin")
    app = environment(doors)
    async with client(app, writer) as http:
        assert (await http.post("/v1/env-sessions", json=SESSION)).status_code == 201
        assert (await http.get("/v1/domains")).status_code == 403
        assert (await events(http)).status_code == 403
    async with client(app) as http:
        assert (await http.post("/v1/env-sessions", json=SESSION)).status_code == 401
    async with client(app, admin) as http:
        first = (await events(http, limit=2)).json()
        rest = (await events(http, limit=2, cursor=first["next_cursor"])).json()
        # Reading is no write: nothing was added meanwhile.
        again = (await events(http)).json()
    found = [*first["data"], *rest["data"]]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert again["data"] == found
    who = f"key:{writer.split('_')[2]}"
    told = [(one["action"], one["path"], one["principal"], one["code"]) for one in found]
    assert told == [
        ("write", "/v1/env-sessions", who, None),
        ("refused", "/v1/domains", who, "forbidden"),
        ("refused", "/v1/audit-events", who, "forbidden"),
        ("refused", "/v1/env-sessions", None, "unauthenticated"),
    ]
    assert {one["service"] for one in found} == {"environment"}
    assert found[0]["status"] == 201
    kept = (doors.folder / "deep" / "audit.jsonl").read_text()
    assert writer.rpartition("_")[2] not in kept


@pytest.mark.parametrize("service", ["environment", "trainer"])
async def test_where_no_events_are_kept_an_admin_is_told_the_setting(doors: Doors, service: str):
    async with client(doors.apps()[service], doors.key("admin")) as http:
        answer = await events(http)
    assert answer.status_code == 404
    assert "SEAWRIGHT_ACCESS_AUDIT_FILE" in answer.json()["detail"]
    async with client(doors.apps()[service], doors.key("read")) as http:
        assert (await events(http)).status_code == 403


async def test_a_trail_skips_broken_lines_and_a_disk_that_fails_holds_up_nobody(tmp_path: Path):
    event = AuditEvent(
        at=utc_now(), service="s", action="write", method="POST", path="/v1/x", status=201
    )
    trail = AuditTrail(file=tmp_path / "audit.jsonl")
    assert trail.read(0, 10) == []
    trail.keep(event)
    with trail.file.open("ab") as file:
        file.write(b"\xff no event\n")
    trail.keep(event)
    with trail.file.open("ab") as file:
        file.write(b'{"half')
    assert [one.event for one in trail.read(0, 10)] == [event, event]
    assert trail.read(trail.read(0, 10)[-1].end, 10) == []
    assert trail.read(10**9, 10) == []
    assert trail.file.stat().st_mode & 0o777 == 0o600
    AuditTrail(file=trail.file / "no-folder").keep(event)
