"""The orchestrator, as a process before real servers, and whoever treats it badly."""

import asyncio
import gzip
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator

import pytest

from tests.faults.conftest import Measured
from tests.faults.proxy import Fault
from tests.faults.station import MEBIBYTE, Station, opened, spec
from tests.faults.yard import when
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
MAX_WAITING = 60


@pytest.fixture(scope="module")
async def station(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> AsyncGenerator[Station]:
    """Yield an orchestrator that only serves its API: what is created waits."""
    folder = tmp_path_factory.mktemp("station")
    quiet = {"NUM_WORKERS": "0", "MAX_WAITING_JOBS": str(MAX_WAITING)}
    async with opened(postgres_server, redis_server, folder, **quiet) as made:
        yield made


@pytest.mark.drills(19)
async def test_two_hundred_creates_with_one_key_are_one_run(station: Station, measured: Measured):
    statuses: Counter[int] = Counter()
    ids: set[str] = set()

    async def one() -> None:
        answer = await station.create("storm")
        statuses[answer.status_code] += 1
        if answer.status_code == 202:
            ids.add(answer.json()["id"])

    async with asyncio.TaskGroup() as group:
        for _ in range(200):
            group.create_task(one())
    measured(f"{len(ids)} row; answers {dict(statuses)}")
    assert len(ids) == 1
    # A machine that is too busy to answer within the wait for a connection says so.
    assert set(statuses) <= {202, 409, 503}
    assert statuses[202] > 0
    runs = (await station.client.get("/v1/synthesis-runs")).json()["data"]
    assert [run["id"] for run in runs].count(*ids) == 1
    assert (await station.create("storm", spec(seed=2))).status_code == 422


def hostile() -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return bodies nobody should send, by name, with their headers."""
    plain = {"content-type": "application/json"}
    bomb = gzip.compress(b"[" + b"0," * 16_000_000 + b"0]")
    return {
        "gzip bomb": (bomb, {**plain, "content-encoding": "gzip"}),
        "depth 10,000": (b"[" * 10_000 + b"]" * 10_000, plain),
        "NaN": (b'{"num_streams": NaN}', plain),
        "infinity": (b'{"num_streams": 1e999}', plain),
        "no UTF-8": (b'{"domain": "\xff\xfe"}', plain),
        "100,000 keys": (
            b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
            plain,
        ),
        "not JSON": (b"<xml/>", {"content-type": "text/xml"}),
    }


async def declared(station: Station, num_bytes: int) -> int:
    """Return the status a body gets that is announced and not sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", station.service.port)
    head = (
        "POST /v1/synthesis-runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"idempotency-key: big\r\ncontent-length: {num_bytes}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@pytest.mark.drills(18)
async def test_hostile_bodies_are_refused_cheaply(station: Station, measured: Measured):
    await station.client.get("/v1/synthesis-runs")
    before, slowest = station.memory(), 0.0
    statuses = {"1 GiB": await declared(station, 1024 * MEBIBYTE)}
    for name, (body, headers) in hostile().items():
        began = time.monotonic()
        answer = await station.client.post(
            "/v1/synthesis-runs",
            content=body,
            headers={**headers, "idempotency-key": f"hostile-{len(statuses)}"},
        )
        slowest = max(slowest, time.monotonic() - began)
        statuses[name] = answer.status_code
        assert answer.headers["content-type"] == "application/problem+json", name
    grown = (station.memory() - before) / MEBIBYTE
    measured(f"{statuses}; slowest {slowest:.2f} s, memory {grown:+.0f} MiB")
    assert set(statuses.values()) <= {400, 413, 415, 422}
    assert grown < 64
    assert (await station.client.get("/livez")).status_code == 200


@pytest.mark.drills(13)
async def test_creates_are_refused_while_too_much_waits_and_taken_when_there_is_room(
    station: Station, measured: Measured
):
    accepted: list[str] = []
    answer = await station.create("deep-0")
    while answer.status_code == 202 and len(accepted) < 2 * MAX_WAITING:
        accepted.append(answer.json()["id"])
        answer = await station.create(f"deep-{len(accepted)}")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    problem = answer.json()
    assert (problem["code"], problem["context"]["max_waiting"]) == ("at-capacity", MAX_WAITING)
    # What was answered before is answered again, room or not.
    assert (await station.create("deep-0")).json()["id"] == accepted[0]
    for run_id in accepted:
        await station.client.post(f"/v1/synthesis-runs/{run_id}/cancel")

    async def is_taken() -> bool:
        return (await station.create("after")).status_code == 202

    await when(is_taken, 20)
    measured(f"refused (503, Retry-After) at {problem['context']['num_waiting']} waiting jobs")


@pytest.mark.drills(25)
@pytest.mark.parametrize("fault", [Fault.STALL, Fault.CUT, Fault.HALF_OPEN])
async def test_a_run_outlives_half_a_minute_without_its_environment(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    fault: Fault,
    measured: Measured,
):
    folder = tmp_path_factory.mktemp(f"parted_{fault.name.lower()}")
    quick = {"PEER_TIMEOUT_SECONDS": "5", "NUM_WORKERS": "2", "LEASE_SECONDS": "5"}
    async with opened(postgres_server, redis_server, folder, **quick) as station:
        answer = await station.create("parted", spec(num_streams=2))
        path = f"/v1/synthesis-runs/{answer.json()['id']}"

        async def has_begun() -> bool:
            return (await station.client.get(path)).json()["status"] == "running"

        await when(has_begun)
        station.line.suffer(fault)
        for _ in range(30):
            began = time.monotonic()
            seen = await station.client.get(path)
            assert seen.status_code == 200
            assert seen.json()["status"] in {"running", "queued"}, json.dumps(seen.json())
            assert time.monotonic() - began < 5
            await asyncio.sleep(1)
        station.line.heal()
        began, num_before = time.monotonic(), station.line.num_accepted

        async def goes_on() -> bool:
            return station.line.num_accepted > num_before

        await when(goes_on, 60)
        measured(
            f"{fault.value} for 30 s: the run waited, reads were served, and the environment was"
            f" asked again {time.monotonic() - began:.1f} s after"
        )
