"""Body limits: too many bytes, a compressed body or a hostile shape is refused before a route."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seawright_shared.errors import (
    CapacityError,
    FieldError,
    SeawrightError,
    TooLargeError,
    UnavailableError,
    UnsupportedMediaError,
)
from seawright_shared.web.json_shape import check_json
from seawright_shared.web.problems import instance_of, problem_of, respond

MEBIBYTE = 1 << 20
MAX_HELD_BYTES = 256 * MEBIBYTE
"""Of all bodies that are being read or served in one process."""
LOAN_BYTES = 1 << 16
"""A body that is smaller does not count towards them."""
DRAINED_BYTES = 16 * MEBIBYTE
DRAIN_SECONDS = 2.0
"""What of a refused body is read and thrown away, so that its sender gets to read the answer."""


class BodyLimits:
    """Reads each body within its limit, however it is framed, and checks JSON's shape.

    `larger` maps path prefixes to limits above the default, as `{"/v1/generate": 64 << 20}`; a
    key that begins with `=` is a whole path.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit_bytes: int = MEBIBYTE,
        larger: Mapping[str, int] | None = None,
        *,
        checks_json: bool = True,
    ) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._larger = dict(larger or {})
        self._checks_json = checks_json
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with the whole body at hand, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loan = _Loan(self)
        try:
            await self._serve(scope, receive, send, loan)
        finally:
            self.hold(-loan.held_bytes)

    def hold(self, num_bytes: int) -> None:
        """Count bytes that are held, or no longer; raise `CapacityError` beyond the limit."""
        if num_bytes > 0 and self._held_bytes + num_bytes > MAX_HELD_BYTES:
            raise CapacityError("too many large bodies are being read; come back later")
        self._held_bytes += num_bytes

    async def _serve(self, scope: Scope, receive: Receive, send: Send, loan: "_Loan") -> None:
        try:
            body = await self._read(scope, receive, loan)
            content_type = Headers(scope=scope).get("content-type")
            if body and self._checks_json and (content_type is None or "json" in content_type):
                check_json(body)
        except SeawrightError as error:
            if error.status not in {413, 415}:
                await respond(problem_of(error, instance_of(scope)))(scope, receive, send)
                return
            # What is left of the body is not kept: the connection ends with the answer.
            answer = respond(problem_of(error, instance_of(scope)), {"Connection": "close"})
            await answer(scope, receive, _lingering(receive, send))
            return
        is_replayed = False

        async def replayed() -> Message:
            nonlocal is_replayed
            if is_replayed:
                return await receive()
            is_replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replayed, send)

    def _limit(self, path: str) -> int:
        limits = [
            limit
            for prefix, limit in self._larger.items()
            if (path == prefix[1:] if prefix.startswith("=") else path.startswith(prefix))
        ]
        return max([self._limit_bytes, *limits])

    async def _read(self, scope: Scope, receive: Receive, loan: "_Loan") -> bytes:
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])
        declared = headers.get("content-length", "0")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
            raise TooLargeError(f"the body has {declared[:20]} bytes; the limit is {limit}")
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaError(
                "bodies are sent as they are, without content-encoding",
                errors=[_encoded(headers["content-encoding"])],
            )
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise UnavailableError("the client left before its body was complete")
            part = message.get("body", b"")
            if not body and not message.get("more_body", False) and len(part) <= LOAN_BYTES:
                return part
            body += part
            if len(body) > limit:
                raise TooLargeError(f"the body has over {limit} bytes, which is the limit")
            loan.cover(len(body))
            if not message.get("more_body", False):
                return bytes(body)


class _Loan:
    """What one request holds of the bytes that all may hold together."""

    __slots__ = ("_limits", "held_bytes")

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self.held_bytes = 0

    def cover(self, num_bytes: int) -> None:
        """Borrow until so many bytes are covered, or raise `CapacityError`."""
        if num_bytes > LOAN_BYTES and num_bytes > self.held_bytes:
            self._limits.hold(num_bytes - self.held_bytes)
            self.held_bytes = num_bytes


def _lingering(receive: Receive, send: Send) -> Send:
    """Return `send` that answers at once and ends the connection when the body has been sent.

    A connection that is closed over unread bytes is reset, and the answer may be lost with it
    (RFC 9112, section 9.6).
    """

    async def drain() -> None:
        left = DRAINED_BYTES
        while left > 0:
            message = await receive()
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return
            left -= len(message.get("body", b""))

    async def sending(message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body", False):
            await send(message)
            return
        await send({**message, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await drain()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return sending


def _encoded(name: str) -> FieldError:
    detail = f"{name[:40]!r} is not read here"
    return FieldError(pointer="header:content-encoding", code="unsupported-encoding", detail=detail)
