"""Applications of this process as peers: a request is a function call, without a client's work."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx
import structlog

from seawright_shared.clients.operations import FoundOperation, Operation, found

Event = MutableMapping[str, object]
RawHeaders = Sequence[tuple[bytes, bytes]]

log = structlog.get_logger()


class Application(Protocol):
    """An ASGI application."""

    async def __call__(
        self,
        scope: MutableMapping[str, object],
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, whole."""

    method: str
    url: str
    """Scheme, host and path, without a query."""
    query: bytes = b""
    headers: RawHeaders = ()
    """Names are lower case."""
    content: bytes = b""


@dataclass(slots=True)
class _Exchange:
    """What has been said of one request so far."""

    content: bytes
    is_read: bool = False
    status: int | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    parts: list[bytes] = field(default_factory=list[bytes])
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Event:
        if self.is_read:
            await self.ended.wait()
            return {"type": "http.disconnect"}
        self.is_read = True
        return {"type": "http.request", "body": self.content, "more_body": False}

    async def send(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            status, headers = event["status"], event.get("headers", ())
            assert isinstance(status, int)
            self.status = status
            self.headers = list(headers)  # type: ignore[call-overload]
            return
        body = event.get("body", b"")
        assert isinstance(body, bytes)
        if body:
            self.parts.append(body)
        if not event.get("more_body", False):
            self.ended.set()


class ApplicationTransport(httpx.AsyncBaseTransport):
    """Serves requests by an application. A `Peer` asks it directly; httpx may, too.

    An exception that the application lets out is logged and answered with 500, as a server does.
    `operations` are short ways by the prefix below which their service stands; they are read at
    each request, so that they may be made after this.
    """

    def __init__(
        self, app: Application, operations: Mapping[str, Sequence[Operation]] | None = None
    ) -> None:
        self._app = app
        self._operations: Mapping[str, Sequence[Operation]] = (
            {} if operations is None else operations
        )

    def operation(self, prefix: str, method: str, path: str) -> FoundOperation | None:
        """Return the short way of a route, if it has one."""
        return found(self._operations.get(prefix, ()), method, path)

    async def answer(self, asked: Asked) -> httpx.Response:
        """Return the application's whole answer."""
        url = urlsplit(asked.url)
        exchange = _Exchange(asked.content)
        scope: dict[str, object] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": asked.method,
            "headers": list(asked.headers),
            "scheme": url.scheme,
            "path": unquote(url.path),
            "raw_path": url.path.encode(),
            "query_string": asked.query,
            "server": (url.hostname, url.port),
            "client": ("127.0.0.1", 123),
            "root_path": "",
        }
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception:
            log.exception("application.failed", path=url.path)
            exchange.status = exchange.status or 500
        finally:
            exchange.ended.set()
        assert exchange.status is not None, "the application gave no answer"
        content = b"" if asked.method == "HEAD" else b"".join(exchange.parts)
        # Only faults tell what was asked, and a request takes as long to make as the response.
        request = httpx.Request(asked.method, asked.url) if exchange.status >= 400 else None
        return httpx.Response(
            exchange.status, headers=exchange.headers, content=content, request=request
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer httpx."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        content = b"".join([part async for part in _parts(request.stream)])
        url = request.url
        return await self.answer(
            Asked(
                method=request.method,
                url=str(url.copy_with(query=None, fragment=None)),
                query=url.query,
                headers=[(name.lower(), value) for name, value in request.headers.raw],
                content=content,
            )
        )


async def _parts(stream: httpx.AsyncByteStream) -> AsyncGenerator[bytes]:
    async for part in stream:
        yield part
