"""A session that survives its loss: it re-opens itself by its history, to the same state hash."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from seawright_shared.contracts.environment import (
    Session,
    SessionRequest,
    StateResponse,
    ToolCallRequest,
)
from seawright_shared.contracts.environment_sessions import Capability
from seawright_shared.errors import ConflictError, NotFoundError, SessionLostError
from seawright_shared.records.messages import Requestor, ToolCall, ToolResult
from seawright_shared.records.tasks import EnvironmentCall

if TYPE_CHECKING:
    from seawright_shared.clients.environment import EnvironmentClient

MAX_REOPENINGS = 3
"""Losses in a row after which a call is given up."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """Where in the history a snapshot stands."""

    num_calls: int
    state_hash: str
    user_state_hash: str | None


class EnvironmentSession:
    """A session with its history. One caller at a time: calls of an episode are in order."""

    def __init__(
        self,
        client: "EnvironmentClient",
        request: SessionRequest,
        session: Session,
        history: Sequence[EnvironmentCall] = (),
    ) -> None:
        self._client = client
        self._request = request
        self._session = session
        self._history = list(history)
        self._state_hash = session.state_hash
        self._user_state_hash = session.user_state_hash
        self._marks: dict[str, _Mark] = {}

    @property
    def id(self) -> str:
        """The present session's id; a re-opened session has a new one."""
        return self._session.id

    @property
    def state_hash(self) -> str:
        """The state's hash after the history."""
        return self._state_hash

    @property
    def history(self) -> list[EnvironmentCall]:
        """The calls made so far, refused ones included."""
        return list(self._history)

    async def call(self, call: ToolCall) -> ToolResult:
        """Execute one call exactly once on this session's state, whatever is lost meanwhile."""
        request = ToolCallRequest(
            call_id=f"{len(self._history)}:{call.id}"[:200],
            name=call.name,
            arguments=call.arguments,
            requestor=call.requestor,
            expected_version=len(self._history),
        )
        answer = await self._surviving(lambda: self._client.call_tool(self.id, request))
        self._history.append(
            EnvironmentCall(requestor=call.requestor, name=call.name, arguments=call.arguments)
        )
        self._state_hash = answer.state_hash or self._state_hash
        self._user_state_hash = answer.user_state_hash or self._user_state_hash
        return answer.result.model_copy(update={"call_id": call.id})

    async def state(self) -> StateResponse:
        """Return the state's hash and diff, re-opening if need be."""
        return await self._surviving(lambda: self._client.state(self.id))

    async def fork(self, num: int = 1) -> list["EnvironmentSession"]:
        """Return independent sessions of the present state, which survive their loss too."""
        forks = await self._surviving(lambda: self._client.fork(self.id, num))
        return [
            EnvironmentSession(self._client, self._request, fork, self._history) for fork in forks
        ]

    async def take_snapshot(self, name: str) -> None:
        """Remember the present state under a name, beyond the loss of the session."""
        await self._surviving(lambda: self._client.take_snapshot(self.id, name))
        self._marks[name] = _Mark(
            num_calls=len(self._history),
            state_hash=self._state_hash,
            user_state_hash=self._user_state_hash,
        )

    async def restore(self, name: str) -> None:
        """Go back to a snapshot; what was called since is forgotten."""
        mark = self._marks.get(name)
        if mark is None:
            raise NotFoundError(f"no snapshot {name!r}")
        self._history = self._history[: mark.num_calls]
        self._state_hash, self._user_state_hash = mark.state_hash, mark.user_state_hash
        self._marks = {n: m for n, m in self._marks.items() if m.num_calls <= mark.num_calls}
        try:
            session = await self._client.restore(self.id, name)
        except (SessionLostError, NotFoundError):
            # A re-opened session has no snapshots; the history up to the mark is as good.
            await self._reopen()
            return
        self._check(session)

    async def capability(self, requestor: Requestor = "assistant") -> Capability:
        """Return a token for one party's tools over MCP; it is void when the session is lost."""
        return await self._surviving(lambda: self._client.capability(self.id, requestor))

    async def refresh(self) -> None:
        """Learn what others called, as an agent does over MCP."""
        calls = await self._client.calls(self.id)
        self._history = [
            EnvironmentCall(requestor=each.requestor, name=each.name, arguments=each.arguments)
            for each in calls
        ]
        session = await self._client.session(self.id)
        self._state_hash, self._user_state_hash = session.state_hash, session.user_state_hash

    async def close(self) -> None:
        """Let the session go."""
        await self._client.close(self.id)

    async def _surviving(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, and again after re-opening while the session is lost."""
        for _ in range(MAX_REOPENINGS):
            try:
                return await ask()
            except SessionLostError:
                await self._reopen()
        raise SessionLostError("the session was lost again and again", {"session_id": self.id})

    async def _reopen(self) -> None:
        """Replay the history; the state's hash must come out the same."""
        again = self._request.model_copy(update={"history": self._history})
        session = await self._client.open(again)
        self._check(session)
        self._session = session

    def _check(self, session: Session) -> None:
        found = (session.state_hash, session.user_state_hash)
        if found != (self._state_hash, self._user_state_hash):
            raise ConflictError(
                "replaying the history gave another state: the environment changed",
                {"expected": self._state_hash, "found": session.state_hash},
            )
