import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import uvloop

from seawright_policy.adapters.httptools_transport import EngineTransport

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def heard(reader: asyncio.StreamReader) -> bytes:
    """Read one request; return its head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(
        (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-len")),
        0,
    )
    return head + await reader.readexactly(size)


@asynccontextmanager
async def served(*talks: Talk):
    """Serve: each connection is talked to by the next one. Yield a transport and the count."""
    left, seen = list(talks), list[Talk]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(left.pop(0))
        try:
            await seen[-1](reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    transport = EngineTransport(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with asyncio.timeout(20):
        try:
            yield transport, seen
        finally:
            await transport.aclose()
            server.close()


async def asked(transport: EngineTransport, body: bytes = b"{}", **headers: str) -> httpx.Response:
    request = httpx.Request("POST", "http://engine/path?x=1", content=body, headers=headers)
    response = await transport.handle_async_request(request)
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response


def always(answer: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await heard(reader)
            writer.write(answer)

    return talk


def once(answer: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(answer)
        await writer.drain()

    return talk


async def test_a_request_arrives_whole_and_its_connection_is_kept():
    requests = list[bytes]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            requests.append(await heard(reader))
            writer.write(OK)

    async with served(talk) as (transport, seen):
        for _ in range(3):
            response = await asked(transport, b'{"a": 1}', **{"x-session-id": "s"})
            assert (response.status_code, response.content) == (200, b"ok")
    assert len(seen) == 1
    assert requests[0].startswith(b"POST /path?x=1 HTTP/1.1\r\nHost: engine\r\n")
    assert b"\r\nx-session-id: s\r\n" in requests[0]
    assert requests[0].endswith(b'\r\n\r\n{"a": 1}')


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ],
    ids=["chunked", "provisional", "until the end", "1.0"],
)
async def test_every_kind_of_body_is_read(answer):
    async with served(once(answer)) as (transport, _):
        response = await asked(transport)
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nok",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000,
    ],
    ids=["nothing", "noise", "short", "short chunks", "endless head"],
)
async def test_an_answer_that_is_none_or_breaks_off_is_a_fault_of_the_connection(answer):
    async with served(once(answer)) as (transport, _):
        with pytest.raises(httpx.TransportError):
            await asked(transport)


async def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_ones():
    async with served(always(OK + b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad")) as (
        transport,
        _,
    ):
        assert (await asked(transport)).content == b"ok"
    async with served(once(OK + OK), always(OK)) as (transport, seen):
        for _ in range(2):
            assert (await asked(transport)).content == b"ok"
    assert len(seen) == 2


async def test_a_server_that_hangs_up_between_two_requests_is_asked_over_a_new_connection():
    async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(OK)
        await heard(reader)

    async with served(leaves, always(OK)) as (transport, seen):
        for _ in range(3):
            assert (await asked(transport)).content == b"ok"
    assert len(seen) == 2


async def test_giving_a_call_up_hangs_up():
    began, left = asyncio.Event(), asyncio.Event()

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        began.set()
        await reader.read()
        left.set()

    async with served(hangs) as (transport, _), asyncio.TaskGroup() as group:
        task = group.create_task(asked(transport))
        await began.wait()
        task.cancel()
        await asyncio.wait_for(left.wait(), 10)


async def test_a_header_that_would_end_itself_is_refused():
    async with served() as (transport, seen):
        with pytest.raises(httpx.LocalProtocolError):
            await asked(transport, b"{}", **{"x-session-id": "a\r\nx-other: b"})
    assert not seen


async def test_nobody_there_is_a_fault_of_the_connection():
    async with served() as (transport, _):
        pass
    with pytest.raises(httpx.ConnectError):
        await asked(transport)


def test_the_loop_that_services_run_on_carries_it():
    async def one() -> bytes:
        async with served(always(OK)) as (transport, _):
            return (await asked(transport, b"x" * 1_000_000)).content

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(one()) == b"ok"
