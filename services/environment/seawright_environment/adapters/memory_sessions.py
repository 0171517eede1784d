"""Sessions in this process's memory: bounded in number, lost when unused for too long."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.core.sessions import OpenSession, is_session_id
from seawright_shared.errors import NotFoundError, SessionLostError


@dataclass(slots=True)
class _Kept:
    session: OpenSession
    used_at: float


class MemorySessions:
    """Least recently used first; used from one event loop. `clock` gives seconds."""

    def __init__(
        self, *, max_sessions: int, ttl_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._max_sessions = max_sessions
        self._ttl_seconds = ttl_seconds
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, session: OpenSession) -> None:
        """Keep a session; beyond the limit the least recently used one is lost."""
        self._kept[session.id] = _Kept(session, self._clock())
        self._kept.move_to_end(session.id)
        while len(self._kept) > self._max_sessions:
            self._kept.popitem(last=False)

    def get(self, session_id: str) -> OpenSession:
        """Return an open session and prolong it."""
        if not is_session_id(session_id):
            raise NotFoundError("no such session", {"session_id": session_id})
        kept = self._kept.get(session_id)
        if kept is None or self._is_stale(kept):
            self._kept.pop(session_id, None)
            raise SessionLostError(
                "the session is not open here: POST /v1/env-sessions with the same database, "
                "patch and calls and with `history`, the calls made since, gives the same state",
                {"session_id": session_id},
            )
        kept.used_at = self._clock()
        self._kept.move_to_end(session_id)
        return kept.session

    def drop(self, session_id: str) -> None:
        """Let a session go, if it is there."""
        self._kept.pop(session_id, None)

    def reap(self) -> int:
        """Drop what is lost, and return how many were."""
        stale = [key for key, kept in self._kept.items() if self._is_stale(kept)]
        for key in stale:
            del self._kept[key]
        return len(stale)

    def _is_stale(self, kept: _Kept) -> bool:
        return self._clock() - kept.used_at > self._ttl_seconds
