"""Sessions: open worlds under an id. A cache: whoever holds the history can re-open one."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from pydantic import JsonValue

from seawright_environment.core.json_values import same
from seawright_environment.core.world import World
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.messages import Requestor, ToolResult

MAX_SNAPSHOTS = 64
"""Of one session: a snapshot shares what it can, but not what changed."""
MAX_PROTOCOL_SESSIONS = 16
_WELL_FORMED = re.compile(r"session_(?:w(\d{1,3})_)?[0-9a-f]{32}")


def is_session_id(text: str) -> bool:
    """Return whether a text could be the id of a session, open or lost."""
    return _WELL_FORMED.fullmatch(text) is not None


def worker_of(session_id: str) -> int | None:
    """Return the number of the worker process that the id names, if it names one."""
    found = _WELL_FORMED.fullmatch(session_id)
    return int(found[1]) if found and found[1] else None


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
    user_state_hash: str | None = None
    """Likewise, of the user's own database, where he has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """A call and its answer, kept so that the same call again is answered the same."""

    invocation: Invocation
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptState:
    """A session's state at one moment, under a name."""

    name: str
    world: World
    num_calls: int
    """How many of the session's calls it stands after."""


@dataclass(slots=True, kw_only=True)
class OpenSession:
    """A world and the calls it already answered."""

    id: str
    world: World
    answered: dict[str, AnsweredCall] = field(default_factory=dict[str, AnsweredCall])
    """By call id, in order."""
    snapshots: dict[str, KeptState] = field(default_factory=dict[str, KeptState])
    token_digests: dict[Requestor, bytes] = field(default_factory=dict[Requestor, bytes])
    """Of the capabilities given out: the token itself is not kept."""
    protocol_sessions: dict[str, Requestor] = field(default_factory=dict[str, Requestor])
    """MCP clients that said `initialize`, and for which party."""

    def call(self, invocation: Invocation, expected_version: int | None = None) -> Answer:
        """Run the call once; the same call again returns the same answer.

        Raises `ConflictError` where the id was used for another call, or the version is another.
        """
        earlier = self.answered.get(invocation.call_id)
        if earlier is not None:
            if not earlier.invocation.is_same(invocation):
                raise ConflictError(
                    f"call_id {invocation.call_id!r} was used for another call",
                    {"call_id": invocation.call_id, "name": earlier.invocation.name},
                )
            return earlier.answer
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
            user_state_hash=self.world.user_state_hash() if is_write else None,
        )
        self.answered[invocation.call_id] = AnsweredCall(invocation=invocation, answer=answer)
        return answer

    def fork(self, session_id: str, snapshot: str | None = None) -> "OpenSession":
        """Return an independent session of the state now, or of a snapshot.

        It knows the calls that led there, but neither snapshots nor capabilities.
        """
        if snapshot is None:
            return OpenSession(id=session_id, world=self.world.fork(), answered=dict(self.answered))
        kept = self.snapshot_named(snapshot)
        return OpenSession(
            id=session_id, world=kept.world.fork(), answered=self._answered_before(kept)
        )

    def take_snapshot(self, name: str) -> KeptState:
        """Keep the state under a name. The same name at the same version changes nothing."""
        earlier = self.snapshots.get(name)
        if earlier is not None:
            if earlier.world.version == self.world.version:
                return earlier
            raise ConflictError(
                f"snapshot {name!r} stands at version {earlier.world.version}; drop it first",
                {"name": name, "version": earlier.world.version},
            )
        if len(self.snapshots) >= MAX_SNAPSHOTS:
            raise ConflictError(f"a session keeps {MAX_SNAPSHOTS} snapshots; drop one first")
        kept = KeptState(name=name, world=self.world.fork(), num_calls=len(self.answered))
        self.snapshots[name] = kept
        return kept

    def snapshot_named(self, name: str) -> KeptState:
        """Return a snapshot, or raise `NotFoundError`."""
        kept = self.snapshots.get(name)
        if kept is None:
            raise NotFoundError(f"no snapshot {name!r}", {"snapshots": ", ".join(self.snapshots)})
        return kept

    def restore(self, name: str) -> None:
        """Go back to a snapshot: what was called since is forgotten, its ids are free again.

        Snapshots taken since are dropped with it.
        """
        kept = self.snapshot_named(name)
        self.answered = self._answered_before(kept)
        self.world = kept.world.fork()
        self.snapshots = {
            other.name: other
            for other in self.snapshots.values()
            if other.num_calls <= kept.num_calls
        }

    def admit(self, requestor: Requestor, token: str) -> None:
        """Let the token call this party's tools, and the party's earlier token no longer."""
        self.token_digests[requestor] = _digest(token)

    def holder_of(self, token: str) -> Requestor | None:
        """Return the party whose tools the token may call. Takes as long for any token."""
        given = _digest(token)
        found: Requestor | None = None
        for requestor, digest in self.token_digests.items():
            if hmac.compare_digest(digest, given):
                found = requestor
        return found

    def greet(self, protocol_session: str, requestor: Requestor) -> None:
        """Know an MCP client by its protocol session; the oldest of too many is forgotten."""
        if len(self.protocol_sessions) >= MAX_PROTOCOL_SESSIONS:
            del self.protocol_sessions[next(iter(self.protocol_sessions))]
        self.protocol_sessions[protocol_session] = requestor

    def _answered_before(self, kept: KeptState) -> dict[str, AnsweredCall]:
        return dict(islice(self.answered.items(), kept.num_calls))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


class Sessions(Protocol):
    """Keeps sessions for a while."""

    def put(self, session: OpenSession) -> None:
        """Keep a session; an idle one may be lost for it. `CapacityError` where none is idle."""
        ...

    def get(self, session_id: str) -> OpenSession:
        """Return an open session; raise `SessionLostError` or `NotFoundError`."""
        ...

    def drop(self, session_id: str) -> None:
        """Let a session go, if it is there."""
        ...
