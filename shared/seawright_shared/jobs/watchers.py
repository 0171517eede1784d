"""Those who wait for a run's next event: however many they are, one of them looks for all."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

LARGEST_LOOK = 1000
"""Runs that one question asks about."""

LastSequences = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]


@dataclass(slots=True, kw_only=True, eq=False)
class Watcher:
    """One who has seen a run's events up to `after`."""

    run_id: str
    after: int
    has_news: bool = False
    """Whether there may be something to read."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    """Set for news, and to give it the duty of looking."""

    def wake(self) -> None:
        """Tell it that there is something to read."""
        self.has_news = True
        self.stirred.set()


class Watchers:
    """Wakes watchers: at once for what this process wrote, within `poll_seconds` for the rest.

    An idle watcher costs neither a query nor a timer of its own: one of those who wait, the looker,
    asks for the newest sequences of all watched runs together, and hands that duty on when it goes.
    """

    def __init__(self, last_sequences: LastSequences, poll_seconds: float) -> None:
        self._last_sequences = last_sequences
        self._poll_seconds = poll_seconds
        self._by_run: dict[str, list[Watcher]] = {}
        self._waiting: dict[Watcher, None] = {}
        self._looker: Watcher | None = None
        self._looked_at = float("-inf")

    @contextmanager
    def watching(self, run_id: str, after: int) -> Generator[Watcher]:
        """Count somebody among the watchers."""
        watcher = Watcher(run_id=run_id, after=after)
        self._by_run.setdefault(run_id, []).append(watcher)
        try:
            yield watcher
        finally:
            self._by_run[run_id].remove(watcher)
            if not self._by_run[run_id]:
                del self._by_run[run_id]

    def wake(self, run_id: str) -> None:
        """Tell a run's watchers that there is something to read."""
        for watcher in self._by_run.get(run_id, []):
            watcher.wake()

    async def news(self, watcher: Watcher, seconds: float) -> bool:
        """Return True once there may be something to read, or False when the time is over."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        self._waiting[watcher] = None
        try:
            while not watcher.has_news and (left := deadline - clock()) > 0:
                watcher.stirred.clear()
                if self._looker is None:
                    self._looker = watcher
                if self._looker is not watcher:
                    await _sleep(watcher.stirred, left)
                elif (due := self._looked_at + self._poll_seconds - clock()) > 0:
                    await _sleep(watcher.stirred, min(left, due))
                else:
                    await self._look()
            return watcher.has_news
        finally:
            del self._waiting[watcher]
            if self._looker is watcher:
                self._looker = None
            if self._looker is None and self._waiting:
                next(iter(self._waiting)).stirred.set()

    async def _look(self) -> None:
        """Wake every watcher whose run has gone further than it has seen."""
        # After a fault, too, the next one waits: an outage ends one stream a time, not all.
        self._looked_at = asyncio.get_running_loop().time()
        run_ids = list(self._by_run)
        for start in range(0, len(run_ids), LARGEST_LOOK):
            last = await self._last_sequences(run_ids[start : start + LARGEST_LOOK])
            for run_id, sequence in last.items():
                for watcher in self._by_run.get(run_id, []):
                    if watcher.after < sequence:
                        watcher.wake()


async def _sleep(stirred: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stirred.wait()
    except TimeoutError:
        return
