"""Body limits: too many bytes, too deep, or no JSON at all is refused before a route runs."""

import json
import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seawright_shared.errors import (
    FieldError,
    InvalidRequestError,
    SeawrightError,
    TooLargeError,
    UnavailableError,
)
from seawright_shared.web.problems import problem_of, respond

MEBIBYTE = 1 << 20
MAX_DEPTH = 64
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_SUSPECT = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]|\d[eE]\+?\d{3}")


class BodyLimits:
    """Reads each body within its limit, however it is framed, and checks JSON's shape.

    `larger` maps path prefixes to limits above the default, as `{"/v1/generate": 64 << 20}`.
    """

    def __init__(
        self, app: ASGIApp, limit_bytes: int = MEBIBYTE, larger: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with the whole body at hand, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
            if "json" in Headers(scope=scope).get("content-type", ""):
                check_json(body)
        except SeawrightError as error:
            await respond(problem_of(error, scope["path"]))(scope, receive, send)
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
        limits = [limit for prefix, limit in self._larger.items() if path.startswith(prefix)]
        return max([self._limit_bytes, *limits])

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            raise TooLargeError(f"the body has {declared} bytes; the limit is {limit}")
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise UnavailableError("the client left before its body was complete")
            body += message.get("body", b"")
            if len(body) > limit:
                raise TooLargeError(f"the body has over {limit} bytes, which is the limit")
            if not message.get("more_body", False):
                return bytes(body)


def check_json(body: bytes) -> None:
    """Raise `InvalidRequestError` where the JSON is too deep, not finite or not Unicode."""
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise _refused("too-deep", f"JSON may be nested {MAX_DEPTH} levels deep")
    if _SUSPECT.search(body) is None:
        return
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except ValueError:
        return  # Not JSON at all: the route says so.
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _refused("not-unicode", "a string holds half of a surrogate pair") from error
    except ValueError as error:
        raise _refused("not-finite", "a number is too large") from error


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for match in _TOKENS.finditer(body):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> None:
    raise _refused("not-finite", f"{name} is not JSON")


def _refused(code: str, detail: str) -> InvalidRequestError:
    return InvalidRequestError(detail, errors=[FieldError(pointer="", code=code, detail=detail)])
