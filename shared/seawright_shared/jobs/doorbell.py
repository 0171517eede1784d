"""The doorbell port: it only says that there is work; the table says which.

A bell may be lost, doubled or late: the sweeper rings again, and a claim decides who works.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """One ring. `receipt` is the doorbell's own mark."""

    kind: str
    job_id: str
    receipt: str = ""


class Doorbell(Protocol):
    """Wakes workers of a kind, in whatever process they are."""

    async def ring(self, bells: Sequence[Bell]) -> None:
        """Announce work; raises `UnavailableError` where nobody could hear it."""
        ...

    async def wait(
        self, kinds: Sequence[str], *, limit: int, timeout_seconds: float
    ) -> Sequence[Bell]:
        """Return up to `limit` bells, as soon as there is one; none when the time is over."""
        ...

    async def settle(self, bells: Sequence[Bell]) -> None:
        """Forget bells that were answered; one that is not settled may ring again."""
        ...

    async def aclose(self) -> None:
        """Release connections."""
        ...


class MemoryDoorbell:
    """Bells within one event loop: for embedded mode, where the process is the cluster."""

    def __init__(self) -> None:
        self._bells: dict[str, deque[Bell]] = {}
        self._rung = asyncio.Condition()

    async def ring(self, bells: Sequence[Bell]) -> None:
        """Announce work."""
        async with self._rung:
            for bell in bells:
                self._bells.setdefault(bell.kind, deque()).append(bell)
            self._rung.notify_all()

    async def wait(
        self, kinds: Sequence[str], *, limit: int, timeout_seconds: float
    ) -> Sequence[Bell]:
        """Return up to `limit` bells, as soon as there is one; none when the time is over."""
        try:
            async with asyncio.timeout(timeout_seconds), self._rung:
                await self._rung.wait_for(lambda: any(self._bells.get(kind) for kind in kinds))
                return self._taken(kinds, limit)
        except TimeoutError:
            return []

    async def settle(self, bells: Sequence[Bell]) -> None:
        """Do nothing: a bell was forgotten when it was heard."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to release."""

    def _taken(self, kinds: Sequence[str], limit: int) -> Sequence[Bell]:
        taken: list[Bell] = []
        for kind in kinds:
            waiting = self._bells.get(kind, deque[Bell]())
            while waiting and len(taken) < limit:
                taken.append(waiting.popleft())
        return taken
