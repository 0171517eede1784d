"""A worker process: runs the application for requests that come as frames."""

import asyncio
import signal
import socket
from typing import cast

from starlette.types import ASGIApp, Message, Scope
from structlog.stdlib import get_logger

from seawright_environment.adapters.worker_frames import (
    FrameProtocol,
    Header,
    ReplyFrame,
    RequestFrame,
    read_request,
)

READY = ReplyFrame(number=0, status=200, headers=[], body=b"", route="")
"""The first frame that a worker sends: it can take requests now."""


async def serve_frames(app: ASGIApp, channel: socket.socket) -> None:
    """Answer requests until the front closes the channel, then finish the running ones."""
    loop = asyncio.get_running_loop()
    # The front alone decides when a worker ends: by closing the channel.
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: None)
    gone = asyncio.Event()
    requests: asyncio.Queue[RequestFrame] = asyncio.Queue()
    transport, _ = await loop.create_unix_connection(
        lambda: FrameProtocol(lambda raw: requests.put_nowait(read_request(raw)), gone.set),
        sock=channel,
    )
    transport.write(READY.packed())

    async def answer(request: RequestFrame) -> None:
        reply = await respond(app, request)
        if not transport.is_closing():
            transport.write(reply.packed())

    async def take() -> None:
        while True:
            group.create_task(answer(await requests.get()))

    async with asyncio.TaskGroup() as group:
        taking = group.create_task(take())
        await gone.wait()
        taking.cancel()
    transport.close()


async def respond(app: ASGIApp, request: RequestFrame) -> ReplyFrame:
    """Run the application on one request and return what it sent, whole."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": request.headers,
        "client": None,
        "server": None,
    }
    status, headers, parts = 500, list[Header](), list[bytes]()
    is_read = False

    async def receive() -> Message:
        nonlocal is_read
        if is_read:
            return {"type": "http.disconnect"}
        is_read = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
        else:
            parts.append(bytes(message.get("body", b"")))

    try:
        await app(scope, receive, send)
    # One bad request never stops its siblings: what was sent until now is answered.
    except Exception:  # noqa: BLE001
        get_logger().exception("request.failed", path=request.path)
    route = cast("str", getattr(scope.get("route"), "path", "unknown"))
    return ReplyFrame(
        number=request.number, status=status, headers=headers, body=b"".join(parts), route=route
    )
