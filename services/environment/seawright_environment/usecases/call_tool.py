"""Call a tool in a session."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.core.sessions import Answer, Invocation, Sessions


@dataclass(frozen=True, slots=True)
class CallTool:
    """A call takes microseconds: it stays on the event loop, which makes it atomic."""

    sessions: Sessions
    observe: Callable[[Invocation, Answer, float], None] | None = None
    """Told of every answer, and of the seconds that it took."""

    def __call__(
        self, session_id: str, invocation: Invocation, expected_version: int | None = None
    ) -> Answer:
        """Return the tool's answer; a refusal is an answer."""
        began = time.perf_counter()
        answer = self.sessions.get(session_id).call(invocation, expected_version)
        if self.observe is not None:
            self.observe(invocation, answer, time.perf_counter() - began)
        return answer
