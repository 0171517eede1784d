"""Sessions are kept for a while, and a bounded number of them."""

import pytest

from seawright_environment.adapters.memory_sessions import MemorySessions, SessionLimits
from seawright_environment.core.sessions import OpenSession
from seawright_shared.errors import CapacityError, NotFoundError, SessionLostError
from seawright_shared.records.ids import new_id
from tests.unit.environment.shops import open_world


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def session() -> OpenSession:
    return OpenSession(id=new_id("session"), world=open_world())


def test_a_session_unused_for_too_long_is_lost_and_use_prolongs_it():
    clock = Clock()
    kept = MemorySessions(SessionLimits(max_sessions=9, ttl_seconds=10), clock=clock)
    used, unused = session(), session()
    kept.put(used)
    kept.put(unused)
    clock.now = 6
    assert kept.get(used.id) is used
    clock.now = 12
    assert kept.get(used.id) is used
    with pytest.raises(SessionLostError, match="history"):
        kept.get(unused.id)


def test_the_reaper_drops_what_is_lost_and_nothing_else():
    clock = Clock()
    kept = MemorySessions(SessionLimits(max_sessions=9, ttl_seconds=10), clock=clock)
    kept.put(session())
    clock.now = 8
    kept.put(session())
    clock.now = 12
    assert kept.reap() == 1
    assert len(kept) == 1


def test_beyond_the_limit_the_least_recently_used_session_is_lost():
    kept = MemorySessions(SessionLimits(max_sessions=2, ttl_seconds=10), clock=Clock())
    first, second, third = session(), session(), session()
    kept.put(first)
    kept.put(second)
    kept.get(first.id)
    kept.put(third)
    assert kept.get(first.id) is first
    with pytest.raises(SessionLostError):
        kept.get(second.id)


def test_an_unknown_session_is_lost_and_a_text_that_is_no_id_is_not_found():
    kept = MemorySessions(SessionLimits(max_sessions=2, ttl_seconds=10), clock=Clock())
    with pytest.raises(SessionLostError):
        kept.get(new_id("session"))
    with pytest.raises(NotFoundError):
        kept.get("session_x")


def test_dropping_twice_is_right():
    kept = MemorySessions(SessionLimits(max_sessions=2, ttl_seconds=10), clock=Clock())
    one = session()
    kept.put(one)
    kept.drop(one.id)
    kept.drop(one.id)
    with pytest.raises(SessionLostError):
        kept.get(one.id)


def test_a_session_in_use_is_never_lost_for_another():
    clock = Clock()
    limits = SessionLimits(max_sessions=2, ttl_seconds=100, idle_seconds=10)
    kept = MemorySessions(limits, clock=clock)
    first, second, third = session(), session(), session()
    kept.put(first)
    kept.put(second)
    with pytest.raises(CapacityError, match="all 2 sessions are in use"):
        kept.put(third)
    clock.now = 10.0
    kept.get(second.id)
    kept.put(third)
    with pytest.raises(SessionLostError):
        kept.get(first.id)
    assert kept.get(second.id) is second
