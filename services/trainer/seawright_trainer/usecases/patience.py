"""Patience with peers that are away: a restart of theirs is not a failure of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from seawright_shared.errors import SeawrightError

T = TypeVar("T")
log = structlog.get_logger()

PATIENCE_SECONDS = 600.0
PAUSE_SECONDS = 1.0


async def patiently(
    call: Callable[[], Awaitable[T]], *, deadline_seconds: float = PATIENCE_SECONDS
) -> T:
    """Return what the call returns, repeated while its fault may pass; the call is idempotent."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + deadline_seconds
    while True:
        try:
            return await call()
        except SeawrightError as error:
            if not error.retryable or clock() > deadline:
                raise
            log.warning("peer.awaited", reason=error.detail)
            await asyncio.sleep(PAUSE_SECONDS)
