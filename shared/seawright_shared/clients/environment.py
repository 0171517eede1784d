"""The typed client of the environment service, and a session that survives its loss."""

from collections.abc import Sequence
from urllib.parse import quote

from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import (
    AuditRequest,
    DraftBatch,
    DraftRequest,
    ForkRequest,
    ForkResponse,
    Session,
    SessionRequest,
    StateResponse,
    TaskCheckRequest,
    TaskCheckResponse,
    Tau2Tasks,
    ToolCallRequest,
    ToolCallResponse,
    VerificationRequest,
    VerificationResponse,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import ConflictError, SessionLostError
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.messages import ToolCall, ToolResult
from seawright_shared.records.tasks import EnvironmentCall, PatchOp

SESSIONS = "/v1/env-sessions"
AUDIT_SECONDS = 600.0
"""How long a client waits for an audit."""
MAX_REOPENINGS = 3
"""Losses in a row after which a call is given up."""


class EnvironmentClient:
    """One method per route of the environment."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def domains(self) -> list[Domain]:
        """Return every domain."""
        return (await self._peer.get("/v1/domains", Page[Domain])).data

    async def domain(self, name: str) -> Domain:
        """Return a domain, or raise `NotFoundError`."""
        return await self._peer.get(f"/v1/domains/{name}", Domain)

    async def tau2_tasks(self, domain: str, split: str = "base") -> Tau2Tasks:
        """Return tau2-bench's tasks in file order, or raise `NotFoundError` without its data."""
        path = f"/v1/domains/{domain}/tau2-tasks"
        return await self._peer.get(path, Tau2Tasks, params={"split": split})

    async def open(self, request: SessionRequest) -> Session:
        """Open a bare session; `open_session` gives one that re-opens itself."""
        # A session that nobody learned of expires: opening twice harms nothing.
        return await self._peer.post(SESSIONS, request, Session)

    async def session(self, session_id: str) -> Session:
        """Return a session, or raise `SessionLostError`."""
        return await self._peer.get(f"{SESSIONS}/{session_id}", Session)

    async def close(self, session_id: str) -> None:
        """Let a session go."""
        await self._peer.delete(f"{SESSIONS}/{session_id}")

    async def call_tool(self, session_id: str, request: ToolCallRequest) -> ToolCallResponse:
        """Call a tool; safe to repeat with the same `call_id`."""
        path = f"{SESSIONS}/{session_id}/tool-calls"
        # A header holds ASCII only; a sampled call id may hold anything.
        key = quote(request.call_id)
        return await self._peer.post(path, request, ToolCallResponse, idempotency_key=key)

    async def state(self, session_id: str) -> StateResponse:
        """Return the state's hash, and what differs from the initial state."""
        return await self._peer.get(f"{SESSIONS}/{session_id}/state", StateResponse)

    async def fork(self, session_id: str, num: int = 1) -> list[Session]:
        """Return independent sessions of the same state."""
        path = f"{SESSIONS}/{session_id}/forks"
        return (await self._peer.post(path, ForkRequest(num=num), ForkResponse)).sessions

    async def verify(self, request: VerificationRequest) -> VerificationResponse:
        """Replay a trajectory's calls and judge them."""
        return await self._peer.post("/v1/verifications", request, VerificationResponse)

    async def draw_drafts(self, request: DraftRequest) -> DraftBatch:
        """Draw drafts, reproducibly by the request's seed."""
        return await self._peer.post("/v1/drafts", request, DraftBatch)

    async def check_tasks(
        self, request: TaskCheckRequest, *, timeout_seconds: float | None = None
    ) -> TaskCheckResponse:
        """Run the cascade of checks on drafts; a large batch may take a while."""
        return await self._peer.post(
            "/v1/task-checks", request, TaskCheckResponse, timeout_seconds=timeout_seconds
        )

    async def audit(
        self, request: AuditRequest, *, timeout_seconds: float = AUDIT_SECONDS
    ) -> AuditReport:
        """Verify a set of tau2-bench tasks; a large one takes a while."""
        return await self._peer.post(
            "/v1/audits", request, AuditReport, timeout_seconds=timeout_seconds
        )

    async def open_session(
        self,
        database: DatabaseRef,
        *,
        initial_patch: Sequence[PatchOp] = (),
        initial_calls: Sequence[EnvironmentCall] = (),
    ) -> "EnvironmentSession":
        """Open a session that re-opens itself by its history when the service lost it."""
        request = SessionRequest(
            database=database,
            initial_patch=list(initial_patch),
            initial_calls=list(initial_calls),
        )
        return EnvironmentSession(self, request, await self.open(request))


class EnvironmentSession:
    """A session with its history. One caller at a time: calls of an episode are in order."""

    def __init__(
        self, client: EnvironmentClient, request: SessionRequest, session: Session
    ) -> None:
        self._client = client
        self._request = request
        self._session = session
        self._history: list[EnvironmentCall] = []
        self._state_hash = session.state_hash

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
        for _ in range(MAX_REOPENINGS):
            request = ToolCallRequest(
                call_id=f"{len(self._history)}:{call.id}"[:200],
                name=call.name,
                arguments=call.arguments,
                requestor=call.requestor,
                expected_version=len(self._history),
            )
            try:
                answer = await self._client.call_tool(self._session.id, request)
            except SessionLostError:
                await self._reopen()
                continue
            self._history.append(
                EnvironmentCall(requestor=call.requestor, name=call.name, arguments=call.arguments)
            )
            self._state_hash = answer.state_hash or self._state_hash
            return answer.result.model_copy(update={"call_id": call.id})
        raise SessionLostError("the session was lost again and again", {"session_id": self.id})

    async def state(self) -> StateResponse:
        """Return the state's hash and diff, re-opening if need be."""
        try:
            state = await self._client.state(self._session.id)
        except SessionLostError:
            await self._reopen()
            state = await self._client.state(self._session.id)
        return state

    async def close(self) -> None:
        """Let the session go."""
        await self._client.close(self._session.id)

    async def _reopen(self) -> None:
        """Replay the history; the state's hash must come out the same."""
        again = self._request.model_copy(update={"history": self._history})
        session = await self._client.open(again)
        if session.state_hash != self._state_hash:
            raise ConflictError(
                "replaying the history gave another state: the environment changed",
                {"expected": self._state_hash, "found": session.state_hash},
            )
        self._session = session
