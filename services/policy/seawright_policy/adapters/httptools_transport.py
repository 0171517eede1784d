"""The way to one engine server: few bytes of work per call, connections kept for the next ones.

httpx's own pool and its HTTP in Python cost the gateway more per turn than all else together; this
is a transport with the same faults and answers.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator

import httpx

from seawright_policy.adapters.httptools_connection import Connection

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0
"""A server that hangs up earlier is heard at once; that very moment is left to a second try."""
FORBIDDEN = (b"\r", b"\n", b"\0")


class EngineTransport(httpx.AsyncBaseTransport):
    """Connections to one server; as many as calls are under way. It has no limit of its own."""

    def __init__(self, url: str) -> None:
        own = httpx.URL(url)
        self._host, self._port = own.host, own.port or (443 if own.scheme == "https" else 80)
        self._tls: ssl.SSLContext | None = None
        if own.scheme == "https":
            self._tls = httpx.create_ssl_context(trust_env=False)
        self._idle: deque[tuple[float, Connection]] = deque()
        """With the loop's time at which each is too old, the oldest first."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return its answer, whose body is still to be read."""
        message = _message_of(request, await request.aread())
        connection = await self._asked_again(message)
        if connection is None:
            connection = await self._connected(request)
            await _asked(connection, message)
        return httpx.Response(
            connection.status,
            headers=connection.headers,
            stream=_Body(self, connection),
            request=request,
        )

    async def aclose(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.popleft()[1].close()

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next call, or close it."""
        now = asyncio.get_running_loop().time()
        while self._idle and (self._idle[0][0] < now or self._idle[0][1].is_lost):
            self._idle.popleft()[1].close()
        if connection.is_reusable:
            self._idle.append((now + IDLE_SECONDS, connection))
        else:
            connection.close()

    async def _asked_again(self, message: bytes) -> Connection | None:
        """Ask over a kept connection, unless there is none or its server hung up just then."""
        connection = self._kept()
        if connection is None:
            return None
        try:
            await _asked(connection, message)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            if not connection.is_unanswered:
                raise
            return None
        return connection

    def _kept(self) -> Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            until, connection = self._idle.pop()
            if until >= now and not connection.is_lost:
                return connection
            connection.close()
        return None

    async def _connected(self, request: httpx.Request) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(
                    Connection, self._host, self._port, ssl=self._tls
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return connection


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes; closing it gives its connection back."""

    def __init__(self, pool: EngineTransport, connection: Connection) -> None:
        self._pool, self._connection = pool, connection
        self._is_closed = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        while (chunk := await self._connection.chunk()) is not None:
            yield chunk

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._pool.give_back(self._connection)


async def _asked(connection: Connection, message: bytes) -> None:
    try:
        await connection.ask(message)
    except BaseException:
        connection.close()
        raise


def _message_of(request: httpx.Request, body: bytes) -> bytes:
    """Return a request as bytes; a header that would end itself is refused."""
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    for name, value in request.headers.raw:
        if any(one in name or one in value for one in FORBIDDEN):
            raise httpx.LocalProtocolError(f"no header: {name!r}", request=request)
        lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join((*lines, b"", body))
