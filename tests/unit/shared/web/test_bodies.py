"""Bodies that are read at once are bounded together, not only one by one."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from seawright_shared.web import bodies
from seawright_shared.web.bodies import BodyLimits

pytestmark = pytest.mark.anyio

PART = b" " * (64 << 20)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def test_beyond_the_bytes_that_may_be_held_together_a_body_is_told_to_come_later():
    """Four are being read, a fifth is refused; once they have left, there is room again."""
    limits = BodyLimits(answer, limit_bytes=2 * len(PART), checks_json=False)
    held: list[Message] = []

    async def fifth() -> None:
        transport = httpx.ASGITransport(limits)
        async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
            reply = await http.post("/", content=PART)
            held.append({"type": str(reply.status_code)})

    assert len(PART) * 4 == bodies.MAX_HELD_BYTES
    await nested(limits, 4, fifth)
    await fifth()
    assert [each["type"] for each in held] == ["503", "200"]


async def nested(limits: BodyLimits, depth: int, innermost: Callable[[], Awaitable[None]]) -> None:
    """Begin one body within another, and run what is innermost while all are being read."""
    if depth == 0:
        await innermost()
        return
    parts = iter([PART, b""])

    async def receive() -> Message:
        part = next(parts)
        if not part:
            await nested(limits, depth - 1, innermost)
        return {"type": "http.request", "body": part, "more_body": bool(part)}

    async def send(message: Message) -> None:
        pass

    scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    await limits(scope, receive, send)
