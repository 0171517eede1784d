import asyncio
from typing import Any

import pytest
from fastapi import Request

from seawright_policy.api.disconnects import while_connected
from seawright_shared.errors import DeadlineError, NotFoundError, UnavailableError


def request_of(messages: "asyncio.Queue[dict[str, Any]]") -> Request:
    return Request({"type": "http", "method": "POST", "headers": []}, messages.get)


async def forever(cancelled: asyncio.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        cancelled.set()


async def test_work_ends_when_the_caller_leaves():
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    cancelled = asyncio.Event()
    messages.put_nowait({"type": "http.disconnect"})
    with pytest.raises(UnavailableError, match="left"):
        await while_connected(request_of(messages), forever(cancelled), seconds=60)
    assert cancelled.is_set()


async def test_work_ends_when_the_time_is_over():
    cancelled = asyncio.Event()
    with pytest.raises(DeadlineError):
        await while_connected(request_of(asyncio.Queue()), forever(cancelled), seconds=0.001)
    assert cancelled.is_set()


async def test_results_and_faults_pass_through():
    async def result() -> int:
        return 7

    async def fault() -> int:
        raise NotFoundError("no")

    assert await while_connected(request_of(asyncio.Queue()), result(), seconds=60) == 7
    with pytest.raises(NotFoundError):
        await while_connected(request_of(asyncio.Queue()), fault(), seconds=60)
