"""Sessions: open worlds under an id. A cache: whoever holds the history can re-open one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from seawright_environment.core.json_values import same
from seawright_environment.core.world import World
from seawright_shared.errors import ConflictError
from seawright_shared.records.messages import Requestor, ToolResult

_WELL_FORMED = re.compile(r"session_[0-9a-f]{32}")


def is_session_id(text: str) -> bool:
    """Return whether a text could be the id of a session, open or lost."""
    return _WELL_FORMED.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A tool call as it was asked for."""

    call_id: str
    requestor: Requestor
    name: str
    arguments: Mapping[str, JsonValue]

    def is_same(self, other: "Invocation") -> bool:
        """Return whether both ask for the same."""
        return (
            self.name == other.name
            and self.requestor == other.requestor
            and same(dict(self.arguments), dict(other.arguments))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool said, and the session's version after it."""

    result: ToolResult
    version: int
    state_hash: str | None
    """After a tool that may write; None: the state is the one before."""


@dataclass(slots=True, kw_only=True)
class OpenSession:
    """A world and the calls it already answered."""

    id: str
    world: World
    invocations: dict[str, Invocation] = field(default_factory=dict[str, Invocation])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])

    def call(self, invocation: Invocation, expected_version: int | None = None) -> Answer:
        """Run the call once; the same call again returns the same answer.

        Raises `ConflictError` where the id was used for another call, or the version is another.
        """
        earlier = self.invocations.get(invocation.call_id)
        if earlier is not None:
            if not earlier.is_same(invocation):
                raise ConflictError(
                    f"call_id {invocation.call_id!r} was used for another call",
                    {"call_id": invocation.call_id, "name": earlier.name},
                )
            return self.answers[invocation.call_id]
        if expected_version not in {None, self.world.version}:
            raise ConflictError(
                f"the session is at version {self.world.version}, not {expected_version}",
                {"version": self.world.version},
            )
        result = self.world.call(
            invocation.requestor, invocation.name, invocation.arguments, invocation.call_id
        )
        is_write = self.world.base.content.is_write(invocation.name)
        answer = Answer(
            result=result,
            version=self.world.version,
            state_hash=self.world.state_hash() if is_write else None,
        )
        self.invocations[invocation.call_id] = invocation
        self.answers[invocation.call_id] = answer
        return answer

    def fork(self, session_id: str) -> "OpenSession":
        """Return an independent session of the same state that answered the same calls."""
        return OpenSession(
            id=session_id,
            world=self.world.fork(),
            invocations=dict(self.invocations),
            answers=dict(self.answers),
        )


class Sessions(Protocol):
    """Keeps sessions for a while."""

    def put(self, session: OpenSession) -> None:
        """Keep a session; an older one may be lost for it."""
        ...

    def get(self, session_id: str) -> OpenSession:
        """Return an open session; raise `SessionLostError` or `NotFoundError`."""
        ...

    def drop(self, session_id: str) -> None:
        """Let a session go, if it is there."""
        ...
