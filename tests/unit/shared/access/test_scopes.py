"""Which scope each route of every service needs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawright_shared.access.principals import SERVICES_ONLY, Principal
from seawright_shared.access.scopes import needed_scope
from seawright_shared.errors import ForbiddenError

API = Path(__file__).parents[4] / "docs" / "api"

AUDIT = "GET /v1/audit-events"
"""Who did what is not for everyone who may read."""

ADMIN_ONLY = {
    "POST /v1/dead-letters/x/requeue",
    "PUT /v1/models/x/versions/x",
    AUDIT,
}
"""What nobody but an administrator, or a service, may do."""


MERGED = {API / "seawright.json", API / "baseline.json"}
"""All services' routes once more, each behind its service's name: now, and at the last landing."""


def routes() -> Iterator[tuple[str, str]]:
    for file in sorted(set(API.glob("*.json")) - MERGED):
        for path, methods in json.loads(file.read_text())["paths"].items():
            concrete = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
            for method in methods:
                yield method.upper(), concrete


def test_every_write_of_every_service_is_named_in_the_table():
    unnamed = {
        f"{method} {path}" for method, path in routes() if needed_scope(method, path) == "admin"
    }
    assert unnamed == ADMIN_ONLY


def test_reading_needs_read_and_writing_never_does():
    for method, path in routes():
        if path in {"/livez", "/readyz", "/startupz", "/metrics", "/version"} or path.endswith(
            "/mcp"
        ):
            assert needed_scope(method, path) is None
        elif f"{method} {path}" != AUDIT:
            assert (needed_scope(method, path) == "read") == (method == "GET"), (method, path)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/synthesis-runs", "synth:write"),
        ("POST", "/v1/synthesis-runs/run_1/cancel", "run:operate"),
        ("POST", "/v1/training-runs", "run:write"),
        ("POST", "/v1/training-runs/run_1/attempts/1/steps", SERVICES_ONLY),
        ("POST", "/v1/env-sessions/s/tool-calls", "env:session"),
        ("POST", "/v1/env-sessions/s/mcp", None),
        ("POST", "/v1/env-sessions/s/mcp/x", "env:session"),
        ("POST", "/v1/chat/completions", "model:use"),
        ("POST", "/v1/never-heard-of", "admin"),
        ("GET", "/openapi.json", "read"),
        ("GET", "/livez", None),
        ("GET", "/livez/x", "read"),
    ],
)
def test_a_request_needs_its_scope(method: str, path: str, scope: str | None):
    assert needed_scope(method, path) == scope


def test_admin_allows_everything_but_what_only_services_say():
    admin = Principal(id="key:1", kind="key", project="p", scopes=frozenset({"admin"}))
    admin.require("synth:write")
    with pytest.raises(ForbiddenError, match="only services"):
        admin.require(SERVICES_ONLY)


def test_a_scope_allows_nothing_beside_itself():
    reader = Principal(id="key:1", kind="key", project="p", scopes=frozenset({"read"}))
    reader.require("read")
    with pytest.raises(ForbiddenError, match="'run:write'"):
        reader.require("run:write")
