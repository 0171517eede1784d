"""Fork a session into independent ones of the same state."""

from dataclasses import dataclass

from seawright_environment.core.sessions import OpenSession, Sessions
from seawright_shared.records.ids import NewId


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkSession:
    """Copies references only; the forks also know the calls that were answered."""

    sessions: Sessions
    new_id: NewId

    def __call__(self, session_id: str, num: int, snapshot: str | None = None) -> list[OpenSession]:
        """Return the new sessions, of the present state or of a snapshot."""
        session = self.sessions.get(session_id)
        forks = [session.fork(self.new_id("session"), snapshot) for _ in range(num)]
        for fork in forks:
            self.sessions.put(fork)
        return forks
