"""Laws of those who wait for a run's next event."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from seawright_shared.errors import UnavailableError
from seawright_shared.jobs.watchers import Watcher, Watchers

pytestmark = pytest.mark.anyio
LONG = 30.0


class Counters:
    """The newest sequences, as a table that another process writes."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.asked: list[list[str]] = []
        self.is_away = False
        self.asked_twice = asyncio.Event()

    async def __call__(self, run_ids: Sequence[str]) -> Mapping[str, int]:
        """Answer, or be away."""
        self.asked.append(list(run_ids))
        if len(self.asked) > 1:
            self.asked_twice.set()
        await asyncio.sleep(0)
        if self.is_away:
            raise UnavailableError("away")
        return {run_id: self.last[run_id] for run_id in run_ids if run_id in self.last}


async def waits(watchers: Watchers, run_id: str, after: int = 0, seconds: float = LONG) -> bool:
    """Watch a run until it has news, and return whether it had."""
    with watchers.watching(run_id, after) as watcher:
        return await watchers.news(watcher, seconds)


async def begun(num_turns: int = 5) -> None:
    """Let tasks get as far as they can."""
    for _ in range(num_turns):
        await asyncio.sleep(0)


async def test_a_thousand_idle_watchers_ask_one_question_together():
    counters = Counters()
    watchers = Watchers(counters, poll_seconds=0.5)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(waits(watchers, f"run_{n % 7}")) for n in range(1000)]
        await counters.asked_twice.wait()
        for number in range(7):
            watchers.wake(f"run_{number}")
    assert all(task.result() for task in tasks)
    # The first comes alone and looks at once.
    assert counters.asked[0] == ["run_0"]
    assert [sorted(asked) for asked in counters.asked[1:]] == [[f"run_{n}" for n in range(7)]]


async def test_what_another_process_wrote_wakes_those_who_have_not_seen_it():
    counters = Counters()
    watchers = Watchers(counters, poll_seconds=0.01)
    async with asyncio.TaskGroup() as group:
        behind = group.create_task(waits(watchers, "run_1", after=3))
        level = group.create_task(waits(watchers, "run_1", after=4))
        other = group.create_task(waits(watchers, "run_2", after=0))
        await begun()
        counters.last["run_1"] = 4
        assert await behind
        assert not level.done()
        assert not other.done()
        counters.last["run_1"] = 5
        counters.last["run_2"] = 1
    assert (level.result(), other.result()) == (True, True)


async def test_whoever_looks_hands_the_duty_on_when_it_goes():
    counters = Counters()
    watchers = Watchers(counters, poll_seconds=0.01)
    async with asyncio.TaskGroup() as group:
        looker = group.create_task(waits(watchers, "run_1"))
        await begun()
        told = group.create_task(waits(watchers, "run_2"))
        last = group.create_task(waits(watchers, "run_3"))
        await begun()
        # The looker is cancelled, and the next in line leaves in the same moment.
        watchers.wake("run_2")
        looker.cancel()
        await told
        counters.last["run_3"] = 1
        assert await last


async def test_news_before_anybody_waits_are_not_missed():
    watchers = Watchers(Counters(), poll_seconds=LONG)
    with watchers.watching("run_1", 0) as watcher:
        watchers.wake("run_1")
        assert await watchers.news(watcher, LONG)


async def test_who_waits_for_nothing_is_told_so_when_the_time_is_over():
    watchers = Watchers(Counters(), poll_seconds=0.005)
    assert await waits(watchers, "run_1", seconds=0.02) is False


async def test_an_outage_ends_one_who_looks_and_leaves_the_others_waiting():
    counters = Counters()
    watchers = Watchers(counters, poll_seconds=0.2)
    counters.is_away = True

    async def ends() -> str:
        try:
            await waits(watchers, "run_1")
        except UnavailableError:
            return "ended"
        return "told"

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ends()) for _ in range(20)]
        await begun(20)
        assert len(counters.asked) == 1
        counters.is_away = False
        counters.last["run_1"] = 1
    assert sorted(task.result() for task in tasks) == ["ended", *["told"] * 19]


async def test_nothing_is_kept_of_those_who_went():
    watchers = Watchers(Counters(), poll_seconds=LONG)
    seen: list[Watcher] = []
    with watchers.watching("run_1", 0) as watcher:
        seen.append(watcher)
    watchers.wake("run_1")
    assert not seen[0].has_news
