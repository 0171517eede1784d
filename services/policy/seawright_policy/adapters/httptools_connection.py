"""One HTTP/1.1 connection to an engine: a request out, its answer in as it comes."""

import asyncio
from collections import deque
from typing import cast

import httpx
from httptools import HttpParserError, HttpResponseParser

MAX_HEAD_BYTES = 1 << 16
MAX_UNREAD_BYTES = 1 << 22
"""Of an answer that nobody reads so fast; then the engine waits."""


class Connection(asyncio.Protocol):
    """Carries one exchange after another. Faults are httpx's, as of any transport."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._fault: httpx.TransportError | None = None
        self._chunks: deque[bytes] = deque()
        self._num_head_bytes = self._num_unread_bytes = 0
        self._has_head = self._is_whole = self._is_bounded = False
        self._is_kept = self._is_paused = False
        self.headers: list[tuple[bytes, bytes]] = []
        """Of the answer, once its head came."""
        self.status = 0

    @property
    def is_reusable(self) -> bool:
        """Whether the answer is whole and the server keeps the connection."""
        return (
            self._is_whole
            and self._is_bounded
            and self._fault is None
            and not self._chunks
            and self._is_kept
        )

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._fault is not None

    @property
    def is_unanswered(self) -> bool:
        """Whether no byte came since the last request."""
        return self._num_head_bytes == 0

    async def ask(self, request: bytes) -> None:
        """Send a request; return when the head of its answer came."""
        assert self._transport is not None, "not connected"
        self._parser = HttpResponseParser(self)
        self._num_head_bytes = 0
        self._has_head = self._is_whole = self._is_bounded = False
        self.headers = []
        self._transport.write(request)
        while not self._has_head:
            await self._changed()

    async def chunk(self) -> bytes | None:
        """Return what came of the body since; None: it is whole."""
        while not self._chunks:
            if self._is_whole:
                return None
            await self._changed()
        found = b"".join(self._chunks)
        self._chunks.clear()
        self._num_unread_bytes = 0
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return found

    def close(self) -> None:
        """Hang up; the server ends what it was doing for this."""
        self._fault = self._fault or httpx.ReadError("the connection was closed")
        if self._transport is not None:
            self._transport.abort()

    async def _changed(self) -> None:
        if self._fault is not None:
            raise self._fault
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if self._fault is not None and not self._is_whole:
            raise self._fault

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, fault: httpx.TransportError) -> None:
        self._fault = self._fault or fault
        self._wake()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # No isinstance: what uvloop passes only looks like one.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if not self._has_head:
            self._num_head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(httpx.RemoteProtocolError(f"no HTTP: {error}"))
        if not self._has_head and self._num_head_bytes > MAX_HEAD_BYTES:
            self._fail(httpx.RemoteProtocolError("the head of the answer does not end"))
        if self._fault is not None:
            self.close()

    def eof_received(self) -> None:
        """End a body that ends with its connection, or break off."""
        if self._has_head and not self._is_bounded:
            self._is_whole = True
            self._wake()
        self._fail(httpx.RemoteProtocolError("the server hung up before its answer was whole"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        self._fail(httpx.ReadError(f"the connection was lost: {exc or 'closed'}"))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Refuse an answer that nobody asked for: it would be taken for the next one's."""
        if self._is_whole:
            # Ends the parsing: `feed_data` raises, and what was read so far stands.
            raise httpx.RemoteProtocolError("the server sent more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self.headers.append((name, value))
        if name.lower() in (b"content-length", b"transfer-encoding"):
            self._is_bounded = True

    def on_headers_complete(self) -> None:
        """Let the head be read; a provisional one is none."""
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = []
            return
        self._is_bounded = self._is_bounded or self.status in (204, 304)
        self._is_kept = self._parser.should_keep_alive()
        self._has_head = True
        self._wake()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._chunks.append(body)
        self._num_unread_bytes += len(body)
        if self._num_unread_bytes > MAX_UNREAD_BYTES and not self._is_paused:
            assert self._transport is not None
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """End the answer."""
        if self._has_head:
            self._is_whole = True
            self._wake()
