"""Call a tool in a session."""

from dataclasses import dataclass

from seawright_environment.core.sessions import Answer, Invocation, Sessions


@dataclass(frozen=True, slots=True)
class CallTool:
    """A call takes microseconds: it stays on the event loop, which makes it atomic."""

    sessions: Sessions

    def __call__(
        self, session_id: str, invocation: Invocation, expected_version: int | None = None
    ) -> Answer:
        """Return the tool's answer; a refusal is an answer."""
        return self.sessions.get(session_id).call(invocation, expected_version)
