"""A peer in this process answers as one behind a server does."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.peer import Peer
from seawright_shared.errors import NotFoundError, SeawrightError, UnavailableError
from seawright_shared.records.base import Record
from seawright_shared.web.create_app import create_app


class Echo(Record):
    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]


def application() -> FastAPI:
    app = FastAPI()

    @app.api_route("/echo/{name}", methods=["GET", "POST", "PUT", "DELETE"])
    async def echo(name: str, request: Request) -> Echo:
        return Echo(
            method=request.method,
            path=name,
            query=request.url.query,
            body=(await request.body()).decode(),
            headers=dict(request.headers),
        )

    @app.get("/parts")
    async def parts() -> StreamingResponse:
        async def numbers() -> AsyncGenerator[bytes]:
            for number in range(3):
                yield f"{number};".encode()

        return StreamingResponse(numbers(), media_type="text/plain")

    @app.get("/waits")
    async def waits(request: Request) -> Response:
        await request.body()
        try:
            async with asyncio.timeout(0.01):
                message = await request.receive()
        except TimeoutError:
            return Response("no word of a disconnect")
        return Response(f"heard {message['type']}")

    @app.get("/breaks")
    async def breaks() -> Response:
        raise ValueError("out of its mind")

    return app


def direct() -> Peer:
    return Peer("http://inside", transport=ApplicationTransport(application()))


def through_httpx() -> Peer:
    return Peer("http://inside", transport=httpx.ASGITransport(application()))


@pytest.mark.parametrize("name", ["plain", "with%20space"])
async def test_an_application_sees_what_it_would_see_through_httpx(name: str):
    body = Echo(method="", path="", query="", body="", headers={})

    async def seen(peer: Peer) -> list[Echo]:
        answers = [
            await peer.get(f"/echo/{name}", Echo, {"a": 1, "b": None, "c": "x y"}),
            await peer.post(f"/echo/{name}", body, Echo, idempotency_key="key"),
            await peer.put(f"/echo/{name}", None, Echo),
        ]
        httpx_only = {"host", "connection", "user-agent", "accept-encoding", "content-length"}
        return [
            one.model_copy(
                update={"headers": {k: v for k, v in one.headers.items() if k not in httpx_only}}
            )
            for one in answers
        ]

    assert await seen(direct()) == await seen(through_httpx())


async def test_an_answer_in_parts_comes_whole():
    assert await direct().get_bytes("/parts") == b"0;1;2;"


async def test_nobody_leaves_before_the_answer():
    assert await direct().get_bytes("/waits") == b"no word of a disconnect"


async def test_faults_come_back_as_what_they_were():
    peer = Peer("http://inside", transport=ApplicationTransport(create_app("inside", [])))
    with pytest.raises(NotFoundError):
        await peer.get("/v1/nothing", Echo)


async def test_an_application_that_breaks_answers_500_and_spares_the_caller():
    with pytest.raises(SeawrightError) as caught:
        await direct().get("/breaks", Echo)
    assert not isinstance(caught.value, ValueError)


async def test_an_answer_of_another_shape_names_what_was_asked():
    with pytest.raises(UnavailableError, match="GET /parts"):
        await direct().get("/parts", Echo)


async def test_httpx_may_ask_it_as_well():
    transport = ApplicationTransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
        found = (await client.post("/echo/x?a=b", content=b"body")).json()
        assert (found["method"], found["query"], found["body"]) == ("POST", "a=b", "body")
        assert (await client.get("/breaks")).status_code == 500
