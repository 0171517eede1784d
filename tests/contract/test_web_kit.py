"""What every service promises over HTTP, on a small app made with the real kit."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import Field
from sqlalchemy import Column, MetaData, String, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from seawright_shared.jobs import EventLog, JobTables
from seawright_shared.records.base import Record
from seawright_shared.records.base import Request as Body
from seawright_shared.records.jobs import RunEvent
from seawright_shared.stores.columns import UtcTime
from seawright_shared.stores.keyset import rows_after
from seawright_shared.stores.sql import Database
from seawright_shared.telemetry.scope import REQUEST_ID, request_scope
from seawright_shared.web.create_app import create_app
from seawright_shared.web.events import EventDep, respond_events
from seawright_shared.web.idempotency import Idempotency, Reply
from seawright_shared.web.pages import PageDep, page_of

METADATA = MetaData(schema="things")
JOBS = JobTables(METADATA)
THINGS = Table(
    "things",
    METADATA,
    Column("id", String(50), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
)
START = datetime(2026, 11, 22, tzinfo=UTC)


class Part(Body):
    """A nested body."""

    size: int = Field(ge=0)


class NewThing(Body):
    """What is asked for."""

    name: str
    parts: list[Part] = []


class Thing(Record):
    """What there is."""

    id: str


class Service:
    """The state of the app: its database, and switches for tests."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.events = EventLog(database, JOBS, poll_seconds=0.05)
        self.gate = asyncio.Event()
        self.entered = asyncio.Event()
        self.why_unready: str | None = None
        self.seen_request_ids: list[str | None] = []

    async def add(self, name: str) -> Thing:
        """Store a thing."""
        async with self.database.transaction() as connection:
            return await self.insert(connection, name)

    async def insert(self, connection: AsyncConnection, name: str) -> Thing:
        """Store a thing in the caller's transaction."""
        num = (await connection.execute(select(func.count()).select_from(THINGS))).scalar_one()
        thing = Thing(id=f"{name}-{num}")
        created_at = START + timedelta(seconds=num // 2)
        await connection.execute(insert(THINGS).values(id=thing.id, created_at=created_at))
        return thing

    async def count(self) -> int:
        """Return how many things there are."""
        async with self.database.reading() as connection:
            statement = select(func.count()).select_from(THINGS)
            return (await connection.execute(statement)).scalar_one()

    async def check(self) -> str | None:
        """Say why the service is not ready."""
        return self.why_unready


def routes(service: Service) -> APIRouter:
    """Return routes that use each part of the kit."""
    router = APIRouter()
    idempotency = Idempotency(service.database, JOBS.idempotency_keys, lease_seconds=5.0)

    @router.post("/v1/things", status_code=201, response_model=Thing)
    async def create_thing(body: NewThing, request: Request) -> Response:
        async def act(connection: AsyncConnection) -> Reply:
            if body.name == "slow":
                service.entered.set()
                await service.gate.wait()
            if body.name == "refused":
                raise NotFoundError("no such shelf", {"shelf": "s1"})
            thing = await service.insert(connection, body.name)
            headers = {"Location": f"/v1/things/{thing.id}"}
            return Reply(status=201, body=thing, headers=headers)

        return await idempotency.once(request, act)

    @router.get("/v1/things")
    async def list_things(page: PageDep) -> Page[Thing]:
        query = rows_after(
            select(THINGS), [THINGS.c.created_at, THINGS.c.id], page.after, page.limit
        )
        async with service.database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return page_of(
            rows,
            page,
            lambda row: (row["created_at"].isoformat(), row["id"]),
            lambda row: Thing(id=row["id"]),
        )

    @router.get("/v1/things/{number}")
    async def get_thing(number: int) -> Thing:
        service.seen_request_ids.append(REQUEST_ID.get())
        raise NotFoundError(f"no thing {number}", {"thing": str(number)})

    @router.get("/v1/things/{number}/parts")
    async def list_parts(number: int) -> Page[Part]:
        return Page[Part](data=[])

    @router.post("/v1/things/{number}/{verb}")
    async def act_on(number: int, verb: Literal["open", "shut"]) -> Thing:
        return Thing(id=f"{verb} {number}")

    @router.get("/v1/bugs")
    async def bug() -> Thing:
        raise AssertionError("the password is hunter2")

    @router.get("/v1/outages")
    async def outage() -> Thing:
        raise UnavailableError("the shelf is away")

    @router.get("/v1/runs/{run_id}/events", response_model=Page[RunEvent])
    async def events(run_id: str, params: EventDep) -> Response:
        return await respond_events(service.events, run_id, params)

    return router


@pytest.fixture
async def service(sqlite_url: str) -> AsyncGenerator[Service]:
    """Yield the service's state."""
    database = Database(sqlite_url, "things")
    await database.create_tables(METADATA)
    yield Service(database)
    await database.aclose()


@pytest.fixture
def app(service: Service) -> FastAPI:
    """Return the service."""
    return create_app(
        "things",
        [routes(service)],
        checks={"shelf": service.check},
        larger_bodies={"/v1/uploads": 4 << 20},
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    """Yield a plain client of the service, which has started."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://things") as client,
    ):
        yield client


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    """Return the problem document of a refusal."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    return document


def pointers(document: dict[str, object]) -> list[str]:
    """Return what the document points at."""
    errors = document["errors"]
    assert isinstance(errors, list)
    return [error["pointer"] for error in errors]


async def test_a_malformed_body_is_refused_naming_each_wrong_field(client: httpx.AsyncClient):
    body = {"nmae": "x", "parts": [{"size": 1}, {"size": -1}]}
    document = problem(await client.post("/v1/things", json=body), 422)
    assert document["code"] == "invalid-request"
    assert sorted(pointers(document)) == ["/name", "/nmae", "/parts/1/size"]


async def test_wrong_parameters_are_named_with_their_place(client: httpx.AsyncClient):
    document = problem(await client.get("/v1/things/seven"), 422)
    assert pointers(document) == ["path:number"]
    document = problem(await client.get("/v1/things?limit=201"), 422)
    assert pointers(document) == ["query:limit"]


UNCOMPARABLE = [
    base64.urlsafe_b64encode(key).decode().rstrip("=")
    for key in (b'["a\\u0000","b"]', b'[9223372036854775808,"b"]', b'[true,"b"]', b'[NaN,"b"]')
]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "W10", "e30", "WyJhIl0", "%00", "WzEsMl0", *UNCOMPARABLE]
)
async def test_a_forged_cursor_is_refused_naming_it(client: httpx.AsyncClient, cursor: str):
    document = problem(await client.get(f"/v1/things?cursor={cursor}"), 422)
    assert pointers(document) == ["query:cursor"]


async def test_unknown_paths_and_methods_are_problems_too(client: httpx.AsyncClient):
    assert problem(await client.get("/v1/nothing"), 404)["code"] == "not-found"
    refused = await client.patch("/v1/things")
    assert problem(refused, 405)["code"] == "method-not-allowed"
    assert refused.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("POST", "parts", 405, "GET"),
        ("PUT", "parts", 405, "GET"),
        ("GET", "open", 405, "POST"),
        ("POST", "open", 200, None),
        ("POST", "burn", 422, None),
    ],
)
async def test_a_word_of_a_closed_set_stands_for_no_other_path(
    client: httpx.AsyncClient, method: str, path: str, status: int, allow: str | None
):
    reply = await client.request(method, f"/v1/things/1/{path}")
    assert reply.status_code == status
    assert reply.headers.get("allow") == allow


async def test_a_fault_keeps_its_code_and_context(client: httpx.AsyncClient):
    document = problem(await client.get("/v1/things/7"), 404)
    assert document["detail"] == "no thing 7"
    assert document["context"] == {"thing": "7"}
    assert document["type"] == "urn:seawright:problem:not-found"


async def test_a_bug_is_a_500_that_tells_nothing_of_the_inside(client: httpx.AsyncClient):
    response = await client.get("/v1/bugs")
    assert problem(response, 500)["code"] == "internal"
    assert "hunter2" not in response.text


async def test_an_outage_says_when_to_come_back(client: httpx.AsyncClient):
    response = await client.get("/v1/outages")
    assert problem(response, 503)["retryable"] is True
    assert response.headers["retry-after"] == "1"


async def test_a_request_id_is_taken_over_where_it_is_harmless(client: httpx.AsyncClient):
    given = await client.get("/livez", headers={"x-request-id": "trace-1.a"})
    assert given.headers["x-request-id"] == "trace-1.a"
    for forged in ("a b", "x" * 200, "<script>"):
        made = await client.get("/livez", headers={"x-request-id": forged})
        assert made.headers["x-request-id"].startswith("req_")


async def test_a_body_over_the_limit_is_refused_however_it_is_framed(client: httpx.AsyncClient):
    big = b" " * ((1 << 20) + 1)
    problem(await client.post("/v1/things", content=big), 413)

    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    problem(await client.post("/v1/things", content=chunks()), 413)
    # A path with a limit of its own: it is found wanting for another reason.
    problem(await client.post("/v1/uploads", content=big), 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 422),
        (b'{"name": "x", "parts": ' + b"[" * 70 + b"]" * 70 + b"}", 422),
        (b'{"name": NaN}', 422),
        (b'{"name": 1e999}', 422),
        (rb'{"name": "\ud800"}', 422),
        (b'{"name": "x", "parts": [{"size": Infinity}]}', 422),
        (b'{"name": "x"', 422),
        (b'{"name": "\xff"}', 422),
        (b"", 422),
    ],
)
async def test_hostile_json_is_refused(client: httpx.AsyncClient, body: bytes, status: int):
    headers = {"content-type": "application/json"}
    problem(await client.post("/v1/things", content=body, headers=headers), status)


async def test_brackets_and_nan_within_strings_are_just_text(client: httpx.AsyncClient):
    body = {"name": "NaN " + "[{" * 200}
    assert (await client.post("/v1/things", json=body)).status_code == 201


async def test_a_repeated_create_happens_once_and_is_answered_the_same(
    client: httpx.AsyncClient, service: Service
):
    headers = {"idempotency-key": "k1"}
    first = await client.post("/v1/things", json={"name": "a"}, headers=headers)
    again = await client.post("/v1/things", json={"name": "a"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await service.count() == 1


async def test_a_key_with_another_body_is_refused(client: httpx.AsyncClient, service: Service):
    headers = {"idempotency-key": "k1"}
    await client.post("/v1/things", json={"name": "a"}, headers=headers)
    refused = await client.post("/v1/things", json={"name": "b"}, headers=headers)
    assert pointers(problem(refused, 422)) == ["header:idempotency-key"]
    assert await service.count() == 1


async def test_a_storm_of_one_create_makes_one_thing(client: httpx.AsyncClient, service: Service):
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                client.post("/v1/things", json={"name": "a"}, headers={"idempotency-key": "k"})
            )
            for _ in range(50)
        ]
    statuses = {task.result().status_code for task in tasks}
    assert statuses <= {201, 409}
    assert 201 in statuses
    for task in tasks:
        if task.result().status_code == 409:
            assert problem(task.result(), 409)["retryable"] is True
            assert task.result().headers["retry-after"] == "1"
    assert await service.count() == 1


async def test_a_key_is_free_again_after_a_refusal(client: httpx.AsyncClient, service: Service):
    headers = {"idempotency-key": "k1"}
    body = {"name": "refused"}
    for _ in range(2):
        problem(await client.post("/v1/things", json=body, headers=headers), 404)
    assert await service.count() == 0


async def test_a_create_whose_client_left_can_be_repeated(
    client: httpx.AsyncClient, service: Service
):
    headers = {"idempotency-key": "k1"}
    first = asyncio.ensure_future(client.post("/v1/things", json={"name": "slow"}, headers=headers))
    async with asyncio.timeout(10):
        await service.entered.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    service.gate.set()
    again = await client.post("/v1/things", json={"name": "slow"}, headers=headers)
    assert again.status_code == 201
    assert await service.count() == 1


async def test_pages_show_everything_once_in_order(client: httpx.AsyncClient, service: Service):
    made = [(await service.add("t")).id for _ in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/things", params=params)).json()
        seen += [thing["id"] for thing in page["data"]]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        if cursor is None:
            break
    assert seen == made


async def append(service: Service, *types: str) -> None:
    """Append events to the run."""
    for kind in types:
        async with service.database.transaction() as connection:
            await service.events.append(connection, "run_1", kind, {"kind": kind})


def ids_of(stream: str) -> list[int]:
    """Return the ids of an event stream."""
    return [int(line[4:]) for line in stream.splitlines() if line.startswith("id: ")]


async def test_an_event_stream_resumes_where_it_was_and_closes_after_the_end(
    client: httpx.AsyncClient, service: Service
):
    await append(service, "run.started", "step.done", "run.succeeded")
    path = "/v1/runs/run_1/events"
    headers = {"accept": "text/event-stream"}
    whole = await client.get(path, headers=headers)
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert ids_of(whole.text) == [1, 2, 3]
    assert "event: run.succeeded" in whole.text
    assert ids_of((await client.get(f"{path}?after=2", headers=headers)).text) == [3]
    resumed = await client.get(path, headers=headers | {"last-event-id": "1"})
    assert ids_of(resumed.text) == [2, 3]
    lines = [line[6:] for line in whole.text.splitlines() if line.startswith("data: ")]
    assert RunEvent.model_validate(json.loads(lines[1])).type == "step.done"


async def test_an_event_stream_goes_on_as_events_come(client: httpx.AsyncClient, service: Service):
    await append(service, "run.started")
    async with asyncio.TaskGroup() as group:
        stream = group.create_task(
            client.get("/v1/runs/run_1/events", headers={"accept": "text/event-stream"})
        )
        await append(service, "step.done", "run.failed")
    assert ids_of(stream.result().text) == [1, 2, 3]


async def test_events_come_as_a_page_where_json_is_accepted(
    client: httpx.AsyncClient, service: Service
):
    await append(service, "run.started", "step.done")
    headers = {"accept": "application/json"}
    page = (await client.get("/v1/runs/run_1/events?after=1", headers=headers)).json()
    assert [event["type"] for event in page["data"]] == ["step.done"]
    beyond = await client.get(f"/v1/runs/run_1/events?after={10**30}", headers=headers)
    assert beyond.json()["data"] == []
    forged = headers | {"last-event-id": "-1"}
    document = problem(await client.get("/v1/runs/run_1/events", headers=forged), 422)
    assert pointers(document) == ["header:last-event-id"]


async def test_health_tells_what_is_missing(client: httpx.AsyncClient, service: Service):
    assert (await client.get("/livez")).json()["status"] == "ok"
    assert (await client.get("/startupz")).status_code == 200
    assert (await client.get("/readyz")).json() == {"status": "ok", "checks": {"shelf": "ok"}}
    service.why_unready = "the shelf is away"
    unready = await client.get("/readyz")
    assert unready.status_code == 503
    assert unready.json()["checks"] == {"shelf": "the shelf is away"}
    assert (await client.get("/version")).json()["service"] == "things"


async def test_requests_are_measured_by_route_never_by_id(client: httpx.AsyncClient):
    for number in range(3):
        await client.get(f"/v1/things/{number}")
    await client.get("/wp-login.php")
    text = (await client.get("/metrics")).text
    counted = 'things_http_request_duration_seconds_count{code="404",method="GET",route='
    assert f'{counted}"/v1/things/{{number}}"}} 3.0' in text
    assert "wp-login" not in text
    assert "seawright_things_event_loop_lag_seconds" in text


async def test_the_schema_promises_problems_on_every_route(app: FastAPI):
    schema = app.openapi()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert operations
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["4XX"]["content"]
        assert "422" not in operation["responses"]
    assert "Problem" in schema["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(schema)


async def test_a_peer_raises_the_fault_that_the_service_raised(app: FastAPI, service: Service):
    peer = Peer("http://things", transport=httpx.ASGITransport(app))
    with pytest.raises(NotFoundError, match="no thing 7") as not_found:
        await peer.get("/v1/things/7", Thing)
    assert not_found.value.context == {"thing": "7"}
    with pytest.raises(InvalidRequestError) as invalid:
        await peer.get("/v1/things", Page[Thing], {"limit": 0})
    assert [error.pointer for error in invalid.value.errors] == ["query:limit"]
    await append(service, "run.started", "run.succeeded")
    types = [event.type async for event in peer.events("/v1/runs/run_1/events")]
    assert types == ["run.started", "run.succeeded"]
    thing = await peer.post("/v1/things", NewThing(name="a"), Thing, idempotency_key="k")
    assert thing == await peer.post("/v1/things", NewThing(name="a"), Thing, idempotency_key="k")
    await peer.aclose()


async def test_a_peer_passes_the_request_id_on(app: FastAPI, service: Service):
    peer = Peer("http://things", transport=httpx.ASGITransport(app))
    with request_scope("req_of_the_caller"), pytest.raises(NotFoundError):
        await peer.get("/v1/things/7", Thing)
    assert service.seen_request_ids == ["req_of_the_caller"]
    await peer.aclose()
