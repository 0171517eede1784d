"""No secret of a deployment is in what it says: logs, errors, OpenAPI, metrics, argv, traces."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from seawright_shared.access.key_files import add_key
from seawright_shared.access.keys import KeyRecord, key_hash, mint
from tests.e2e.embedded_process import free_port
from tests.e2e.service_processes import ServiceProcess
from tests.faults.conftest import Measured
from tests.support.collector import otlp_bytes
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
PEPPER, SERVICES = "pepper-" + "x" * 32, "services-" + "y" * 32
DATABASE, REDIS, AUTHOR, HUB = "db-pass-word", "redis-pass-word", "author-key-1", "hub-token-1"
TYPED = "typed-pass-word"
"""What a person put into an address by mistake."""
KEY = mint(b"\1" * 6, b"\2" * 32)
STRANGE = mint(b"\3" * 6, b"\4" * 32)
"""Of another deployment: refused, and as secret."""
SECRETS = {
    "the pepper": PEPPER,
    "the services' secret": SERVICES,
    "the database's password": DATABASE,
    "Redis's password": REDIS,
    "the author's key": AUTHOR,
    "the hub's token": HUB,
    "an address's password": TYPED,
    "an API key": KEY.rpartition("_")[2],
    "a refused API key": STRANGE.rpartition("_")[2],
    "a login": base64.b64encode(f"me:{KEY}".encode()).decode(),
}
RUN = {
    "domain": "retail",
    "database": {"domain": "retail", "seed": 5, "num_customers": 60},
    "num_streams": 1,
    "candidates_per_iteration": 20,
}


def keys_file(folder: Path) -> Path:
    """Write the file of the one key."""
    record = KeyRecord(
        id="01" * 6,
        name="tester",
        scopes=["admin"],
        hash=key_hash(PEPPER.encode(), KEY),
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    add_key(folder / "keys.json", record)
    return folder / "keys.json"


def guarded(
    postgres: PostgresServer, redis: RedisServer, folder: Path, collector: str
) -> ServiceProcess:
    """Return an orchestrator that has one of each secret, and peers that are not there."""
    database = postgres.create_database("guarded").replace("@", f":{DATABASE}@")
    assert DATABASE in database
    settings = {
        "DATABASE_URL": database,
        "REDIS_URL": redis.url.replace("redis://", f"redis://:{REDIS}@"),
        "BLOB_DIR": str(folder / "blobs"),
        "LLM_API_KEY": AUTHOR,
        "HF_TOKEN": HUB,
        "ENVIRONMENT_URL": f"http://127.0.0.1:{free_port()}",
    }
    everyone = {
        "SEAWRIGHT_ACCESS_PEPPER": PEPPER,
        "SEAWRIGHT_ACCESS_SERVICE_SECRET": SERVICES,
        "SEAWRIGHT_ACCESS_KEYS_FILE": str(keys_file(folder)),
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
    }
    log = folder / "orchestrator.log"
    return ServiceProcess("orchestrator", free_port(), settings, log, everyone)


async def said(service: ServiceProcess, postgres: PostgresServer) -> list[str]:
    """Ask for all that a service tells, rightly and wrongly, and with its database away."""
    port = free_port()
    asked = [
        {**RUN, "llm": {"base_url": f"http://127.0.0.1:{port}/v1", "model": "m"}},
        {**RUN, "llm": {"base_url": f"http://me:{TYPED}@127.0.0.1:{port}/v1", "model": "m"}},
        {**RUN, "llm": {"base_url": f"postgresql://me:{TYPED}@h/v1", "model": "m"}},
    ]
    login = base64.b64encode(f"me:{KEY}".encode()).decode()
    ways = (f"Bearer {KEY}", f"Basic {login}", f"Bearer {STRANGE}", "Bearer x.y.z", KEY)
    answers: list[str] = []

    async def everything(http: httpx.AsyncClient) -> None:
        paths = ("livez", "readyz", "metrics", "version", "openapi.json", "v1/synthesis-runs")
        for way in ways:
            http.headers["authorization"] = way
            more = (*paths, "v1/episodes/none", "v1/synthesis-runs?cursor=x")
            answers.extend([(await http.get(f"/{path}")).text for path in more])
        http.headers["authorization"] = ways[0]
        for number, body in enumerate(asked):
            head = {"idempotency-key": f"key-{len(answers)}-{number}"}
            answer = await http.post("/v1/synthesis-runs", json=body, headers=head)
            assert answer.status_code in {202, 422, 503}, answer.text
            answers.append(answer.text)

    async with httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=60) as http:
        http.headers["traceparent"] = f"00-{1:032x}-{1:016x}-01"
        await everything(http)
        await asyncio.to_thread(postgres.stop)
        await everything(http)
        await asyncio.to_thread(postgres.start)
    return answers


def found_in(places: Mapping[str, Sequence[str]]) -> list[str]:
    """Name each secret that is in one of the places."""
    return [
        f"{secret} in {place}"
        for place, texts in places.items()
        for secret, value in SECRETS.items()
        if any(value in text for text in texts)
    ]


def test_the_search_finds_what_is_there():
    assert found_in({"a log": ["", f"url=postgresql://me:{DATABASE}@host"]}) == [
        "the database's password in a log"
    ]


@pytest.mark.drills(26)
async def test_a_deployment_says_no_secret(
    own_postgres: PostgresServer, own_redis: RedisServer, tmp_path: Path, measured: Measured
):
    with ExitStack() as stack:
        url, sent = stack.enter_context(otlp_bytes())
        service = guarded(own_postgres, own_redis, tmp_path, url)
        service.launch()
        stack.callback(service.stop)
        await service.ready()
        assert service.process is not None
        family = psutil.Process(service.process.pid)
        argv = [" ".join(one.cmdline()) for one in (family, *family.children(recursive=True))]
        answers = await said(service, own_postgres)
        service.stop()
        log = service.log.read_text()
        traces = [body.decode("latin-1") for body in sent]
        places = {"argv": argv, "answers": answers, "the log": [log], "traces": traces}
        assert "audit.refused" in log
        assert "audit.write" in log
        assert traces, "no trace was sent"
        measured(
            f"{len(SECRETS)} secrets looked for in {len(answers)} answers (OpenAPI and metrics"
            f" among them), {len(log.splitlines())} lines of log, {len(argv)} argv and"
            f" {len(traces)} messages of traces: {len(found_in(places))} found"
        )
        assert found_in(places) == []
