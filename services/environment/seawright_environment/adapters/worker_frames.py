"""Frames: requests and replies between the front process and its workers, over a socket pair.

A frame is its length in four bytes and a marshalled tuple. Both ends are this package, in one
version, and nobody else holds the socket.
"""

import asyncio
import marshal
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

LENGTH_BYTES = 4
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFrame:
    """An HTTP request, its body whole."""

    number: int
    method: str
    path: str
    query: bytes
    headers: list[Header]
    body: bytes

    def packed(self) -> bytes:
        """Return the bytes to send."""
        return _packed((self.number, self.method, self.path, self.query, self.headers, self.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFrame:
    """An HTTP response, its body whole. `route` is the template that answered."""

    number: int
    status: int
    headers: list[Header]
    body: bytes
    route: str

    def packed(self) -> bytes:
        """Return the bytes to send."""
        return _packed((self.number, self.status, self.headers, self.body, self.route))


def _packed(plain: tuple[int | str | bytes | list[Header], ...]) -> bytes:
    payload = marshal.dumps(plain)
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def read_request(payload: bytes) -> RequestFrame:
    """Return the request that a frame holds."""
    number, method, path, query, headers, body = cast(
        "tuple[int, str, str, bytes, list[Header], bytes]",
        marshal.loads(payload),  # noqa: S302
    )
    return RequestFrame(
        number=number, method=method, path=path, query=query, headers=headers, body=body
    )


def read_reply(payload: bytes) -> ReplyFrame:
    """Return the reply that a frame holds."""
    number, status, headers, body, route = cast(
        "tuple[int, int, list[Header], bytes, str]",
        marshal.loads(payload),  # noqa: S302
    )
    return ReplyFrame(number=number, status=status, headers=headers, body=body, route=route)


class FrameProtocol(asyncio.Protocol):
    """Cuts the stream into payloads and hands each over, until the other end is gone."""

    def __init__(self, on_payload: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._on_payload = on_payload
        self._on_lost = on_lost
        self._buffer = bytearray()

    def data_received(self, data: bytes) -> None:
        """Take what came, and hand over every payload that is whole."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= LENGTH_BYTES:
            size = int.from_bytes(buffer[start : start + LENGTH_BYTES], "big")
            end = start + LENGTH_BYTES + size
            if len(buffer) < end:
                break
            payload = bytes(memoryview(buffer)[start + LENGTH_BYTES : end])
            start = end
            self._on_payload(payload)
        if start:
            del buffer[:start]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Say that the other end is gone."""
        self._on_lost()
