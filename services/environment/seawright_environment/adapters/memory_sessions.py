"""Sessions in this process's memory: bounded in number, lost when unused for too long."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.core.sessions import OpenSession, is_session_id
from seawright_shared.errors import CapacityError, NotFoundError, SessionLostError


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How many sessions are kept, and for how long."""

    max_sessions: int
    ttl_seconds: float
    """A session unused for longer is lost."""
    idle_seconds: float = 0.0
    """A session unused for longer is lost when another needs its place."""


@dataclass(slots=True)
class _Kept:
    session: OpenSession
    used_at: float


class MemorySessions:
    """Least recently used first; used from one event loop. `clock` gives seconds."""

    def __init__(self, limits: SessionLimits, *, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, session: OpenSession) -> None:
        """Keep a session. Beyond the limit the one unused for longest is lost, if it is idle."""
        now = self._clock()
        if session.id not in self._kept and len(self._kept) >= self._limits.max_sessions:
            key, oldest = next(iter(self._kept.items()))
            if now - oldest.used_at < self._limits.idle_seconds:
                limit = self._limits.max_sessions
                raise CapacityError(
                    f"all {limit} sessions are in use; close some, or come back later",
                    {"max_sessions": limit},
                )
            del self._kept[key]
        self._kept[session.id] = _Kept(session, now)
        self._kept.move_to_end(session.id)

    def get(self, session_id: str) -> OpenSession:
        """Return an open session and prolong it."""
        kept = self._kept.get(session_id)
        if kept is None or self._is_stale(kept):
            self._kept.pop(session_id, None)
            raise _not_open(session_id)
        kept.used_at = self._clock()
        self._kept.move_to_end(session_id)
        return kept.session

    def drop(self, session_id: str) -> None:
        """Let a session go, if it is there."""
        self._kept.pop(session_id, None)

    def reap(self) -> int:
        """Drop what is lost, and return how many were."""
        num_before = len(self._kept)
        while self._kept and self._is_stale(next(iter(self._kept.values()))):
            self._kept.popitem(last=False)
        return num_before - len(self._kept)

    def _is_stale(self, kept: _Kept) -> bool:
        return self._clock() - kept.used_at > self._limits.ttl_seconds


def _not_open(session_id: str) -> NotFoundError | SessionLostError:
    if not is_session_id(session_id):
        return NotFoundError("no such session", {"session_id": session_id[:80]})
    return SessionLostError(
        "the session is not open here: POST /v1/env-sessions with the same database, "
        "patch and calls and with `history`, the calls made since, gives the same state",
        {"session_id": session_id},
    )
