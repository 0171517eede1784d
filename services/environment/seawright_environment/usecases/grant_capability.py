"""Give one party of a session the token for its tools."""

from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.core.sessions import Sessions
from seawright_shared.records.messages import Requestor


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantCapability:
    """Tokens are 256 random bits; the session keeps their digests only."""

    sessions: Sessions
    new_token: Callable[[], str]

    def __call__(self, session_id: str, requestor: Requestor) -> str:
        """Return the token; the party's earlier one is void from now on."""
        token = self.new_token()
        self.sessions.get(session_id).admit(requestor, token)
        return token
