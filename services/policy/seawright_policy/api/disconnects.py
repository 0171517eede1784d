"""Work for a caller who may leave: it ends when he does."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from seawright_shared.errors import DeadlineError

T = TypeVar("T")


class _GoneError(Exception):
    """The caller closed the connection."""


async def _watch(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
    raise _GoneError


async def while_connected(request: Request, work: Awaitable[T], *, seconds: float) -> T:
    """Return the work's result; cancel it when the caller leaves or the time is over."""

    async def done() -> T:
        return await work

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(request))
            result = await group.create_task(done())
            watch.cancel()
    except TimeoutError as error:
        raise DeadlineError(f"no turn was sampled within {seconds:g} s") from error
    return result
