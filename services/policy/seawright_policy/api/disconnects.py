"""Work for a caller who may leave: it ends when he does."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import Request

from seawright_shared.errors import DeadlineError, SeawrightError, UnavailableError

T = TypeVar("T")


async def while_connected(request: Request, work: Awaitable[T], *, seconds: float) -> T:
    """Return the work's result; cancel it when the caller leaves or the time is over."""

    async def settled() -> T | SeawrightError:
        try:
            return await work
        except SeawrightError as error:
            return error

    async def watch(task: "asyncio.Task[T | SeawrightError]") -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue
        task.cancel()

    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            task = group.create_task(settled())
            watcher = group.create_task(watch(task))
            await asyncio.wait([task])
            watcher.cancel()
    except TimeoutError as error:
        raise DeadlineError(f"no turn was sampled within {seconds:g} s") from error
    if task.cancelled():
        raise UnavailableError("the caller left before the turn was sampled")
    result = task.result()
    if isinstance(result, SeawrightError):
        raise result
    return result
