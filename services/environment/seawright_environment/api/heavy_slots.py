"""Heavy routes: a bounded number of them runs, a bounded number waits, the rest is refused."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import APIRouter, Depends

from seawright_shared.errors import CapacityError


class HeavySlots:
    """CPU work in threads takes turns with the event loop: few at a time keep calls quick."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        self.max_requests = max_running + max_waiting
        self.num_requests = 0
        """That run or wait."""
        self._slots = asyncio.Semaphore(max_running)

    async def slot(self) -> AsyncGenerator[None]:
        """Wait for a turn and hold it; raise `CapacityError` where too many wait already."""
        if self.num_requests >= self.max_requests:
            raise CapacityError(
                f"{self.max_requests} verifications and the like run or wait already",
                {"max_heavy": self.max_requests},
            )
        self.num_requests += 1
        try:
            async with self._slots:
                yield
        finally:
            self.num_requests -= 1

    def around(self, *routers: APIRouter) -> APIRouter:
        """Return the routers' routes, each of which needs a slot."""
        heavy = APIRouter(dependencies=[Depends(self.slot)])
        for router in routers:
            heavy.include_router(router)
        return heavy
