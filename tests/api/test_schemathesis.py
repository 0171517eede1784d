"""Schemathesis finds nothing: what is served is what the document says, and refuses the rest.

`make test` tries one part, `make api-test` all, with more examples; docs/results keeps what they
found.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from seawright_console.cli.embedded import Embedded, embedded
from seawright_console.wiring import build
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from tests.support.openapi import ROOT, WHOLE, snapshot_path
from tests.support.schemathesis_checks import SHAPES

CONFIG = ROOT / "tests" / "api" / "schemathesis.toml"
LENGTH = os.environ.get("SCHEMATHESIS_EXAMPLES")
"""Per operation; `make api-test` sets it, and only then is all of the document tried."""
NUM_EXAMPLES = int(LENGTH or "1")
INSIDE = "http://embedded"
PHASES = "examples,coverage,fuzzing"
PARTS = {
    "lists": r"^/environment/v1/(domains|capacity|areal|contamination|audit-)",
    "checks": r"^/environment/v1/(drafts|task-checks|checkers|audits)",
    "sessions": r"^/environment/v1/env-sessions",
    "verifications": r"^/environment/v1/(ver|tau2|sandbox)",
    "episodes and datasets": r"^/orchestrator/v1/(aud|dat|dead|epi|rev|task|traj)",
    "runs": r"^/orchestrator/v1/(eval|roll|syn|user)",
    "policy": r"^/policy/",
    "training": r"^/trainer/",
    "user": r"^/user-simulator/",
}
"""Of the document; together all of it."""
ALWAYS = ["user", "lists"]
"""What `make test` tries, too: the others take minutes."""


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Embedded]:
    # What a create promises is played elsewhere; here it would stand in the way of the requests.
    monkeypatch.setenv("SEAWRIGHT_ORCHESTRATOR_NUM_WORKERS", "0")
    async with embedded(tmp_path / "state", "127.0.0.1", 0) as up:
        yield up


async def told(url: str, part: str, folder: Path) -> tuple[int, str]:
    """Run Schemathesis on the operations of a part; return its exit status and what it says."""
    words = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIG), "run",
        str(snapshot_path(WHOLE)), "--url", url, "--phases", PHASES, "--no-color",
        "--max-examples", str(NUM_EXAMPLES), "--include-path-regex", part,
        "--report-dir", str(folder),
    ]  # fmt: skip
    known = os.environ | {"PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"}
    done = await anyio.run_process(
        words, cwd=ROOT, env=known | {"NO_PROXY": "*"}, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode()


def document() -> dict[str, Any]:
    return json.loads(snapshot_path(WHOLE).read_text())


def test_the_parts_are_the_whole():
    for path in document()["paths"]:
        assert sum(re.search(part, path) is not None for part in PARTS.values()) == 1, path


def test_what_a_request_means_is_refused_under_codes_of_its_own():
    named = "|".join(sorted(SHAPES))
    borrowed = re.compile(rf'code="({named})"|(?:refused|wrong_order)\(\s*"[^"]*",\s*"({named})"')
    sources = [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
    assert len(sources) > 100
    assert [str(each) for each in sources if borrowed.search(each.read_text())] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", PARTS if LENGTH else ALWAYS)
async def test_what_is_served_is_what_the_document_says(
    name: str, running: Embedded, tmp_path: Path
):
    status, text = await told(running.url, PARTS[name], tmp_path / "report")
    assert status == 0, text
    assert "Test cases:" in text, text


@pytest.mark.slow
async def test_nothing_is_served_without_credentials_where_they_are_asked_for(tmp_path: Path):
    settings = AccessSettings(service_secret=SecretStr("s" * 32))
    app = build(tmp_path, public_url=INSIDE, access=access_of(settings, "embedded"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE) as client:
        answers = {
            f"{method} {path}": await client.request(method, re.sub(r"{\w+}", "1", path))
            for path, operations in document()["paths"].items()
            for method in operations
        }
    # A session's own capability opens this one: without the session there is nothing to open.
    mcp = [answers.pop(name) for name in list(answers) if name.endswith("/mcp")]
    assert {answer.status_code for answer in mcp} == {404}
    assert len(answers) > 100
    assert {answer.status_code for answer in answers.values()} == {401}
    types = {answer.headers["content-type"] for answer in answers.values()}
    assert types == {"application/problem+json"}
