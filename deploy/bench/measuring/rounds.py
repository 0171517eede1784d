"""Rounds of turns, and what two ways to take them have to do with each other."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of turns."""

    seconds: list[float]
    wall: float
    num_tokens: int

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.num_tokens / self.wall


async def timed(turn: Callable[[int], Awaitable[int]], concurrency: int) -> Round:
    """Run so many turns at once."""

    async def one(at: int) -> tuple[float, int]:
        began = time.perf_counter()
        count = await turn(at)
        return time.perf_counter() - began, count

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(at)) for at in range(concurrency)]
    done = [task.result() for task in tasks]
    return Round(
        seconds=[seconds for seconds, _ in done],
        wall=time.perf_counter() - began,
        num_tokens=sum(count for _, count in done),
    )


def compared(raw: Sequence[Round], ours: Sequence[Round]) -> dict[str, float]:
    """Return the ratios."""
    raw_p50 = statistics.median(one for each in raw for one in each.seconds)
    our_p50 = statistics.median(one for each in ours for one in each.seconds)
    return {
        "raw_p50_ms": round(1000 * raw_p50, 2),
        "gateway_p50_ms": round(1000 * our_p50, 2),
        "added_p50_ms": round(1000 * (our_p50 - raw_p50), 2),
        "added_p50_percent": round(100 * (our_p50 / raw_p50 - 1), 2),
        "raw_tokens_per_second": round(statistics.median(one.rate for one in raw), 1),
        "gateway_tokens_per_second": round(statistics.median(one.rate for one in ours), 1),
    }
