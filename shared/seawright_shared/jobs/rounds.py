"""Rounds: something done again and again, that an outage delays but does not end."""

import asyncio
from collections.abc import Awaitable, Callable

from structlog.stdlib import get_logger

from seawright_shared.errors import UnavailableError

MAX_WAIT_SECONDS = 15.0


def is_cancelled() -> bool:
    """Return whether this task was cancelled, even if a library swallowed it.

    On Python 3.11 `asyncio.wait_for` does when its result arrives at the same moment, and
    redis-py sends through it. Loops that end by cancellation ask at every turn.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Rounds:
    """Calls a function every `seconds`, sooner when `wake` is set, later after a fault."""

    def __init__(self, name: str, seconds: float, wake: asyncio.Event | None = None) -> None:
        self._name = name
        self._seconds = seconds
        self._wake = wake or asyncio.Event()

    async def run(self, once: Callable[[], Awaitable[object]]) -> None:
        """Call `once` until cancelled."""
        num_faults = 0
        while not is_cancelled():
            self._wake.clear()
            try:
                await once()
                num_faults = 0
            except UnavailableError as error:
                num_faults += 1
                get_logger().warning("round.failed", rounds=self._name, why=error.detail)
            await self._pause(num_faults)

    async def _pause(self, num_faults: int) -> None:
        if num_faults:
            await asyncio.sleep(min(MAX_WAIT_SECONDS, self._seconds * 2.0 ** min(num_faults, 10)))
            return
        try:
            async with asyncio.timeout(self._seconds):
                await self._wake.wait()
        except TimeoutError:
            return
