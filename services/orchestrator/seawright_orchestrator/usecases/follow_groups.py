"""Wait for the groups of a rollout stream."""

import asyncio
import time
from dataclasses import dataclass

from seawright_orchestrator.usecases.stores import RolloutStore
from seawright_shared.contracts.orchestrator import GroupPage

POLL_SECONDS = 0.1
"""Groups may be stored by another process, so the table is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowGroups:
    """Returns what is there, or waits for the first group that comes."""

    rollouts: RolloutStore

    async def __call__(
        self, stream_id: str, *, after: int, wait_seconds: float, limit: int
    ) -> GroupPage:
        """Return groups above `after`; none when the time is over or the stream is closed."""
        deadline = time.perf_counter() + wait_seconds
        while True:
            stream = await self.rollouts.get(stream_id)
            found = await self.rollouts.groups(stream_id, after, limit)
            left = deadline - time.perf_counter()
            if found or left <= 0 or stream.status == "closed":
                return GroupPage(groups=found)
            await asyncio.sleep(min(POLL_SECONDS, left))
