"""The typed client of the environment service, and a session that survives its loss."""

from collections.abc import Sequence
from urllib.parse import quote

from seawright_shared.clients.environment_session import EnvironmentSession
from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import (
    AuditRequest,
    CheckerSelfTestRequest,
    CheckerSelfTestResponse,
    DraftBatch,
    DraftRequest,
    ForkRequest,
    ForkResponse,
    SandboxReport,
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
from seawright_shared.contracts.environment_sessions import (
    Capability,
    CapabilityRequest,
    Capacity,
    RecordedCall,
    RestoreRequest,
    SessionCalls,
    Snapshot,
    SnapshotList,
    SnapshotRequest,
    ToolList,
    VerificationBatch,
    VerificationBatchRequest,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.ids import new_id
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import EnvironmentCall, PatchOp

SESSIONS = "/v1/env-sessions"
SELFTEST_SECONDS = 120.0
"""Probes run into their limits, and a gate tries dozens of mutants."""
AUDIT_SECONDS = 600.0
"""How long a client waits for an audit."""


class EnvironmentClient:
    """One method per route of the environment."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def domains(self) -> list[Domain]:
        """Return every domain."""
        return (await self._peer.get("/v1/domains", Page[Domain])).data

    async def domain(self, name: str) -> Domain:
        """Return a domain, or raise `NotFoundError`."""
        return await self._peer.get(f"/v1/domains/{segment(name)}", Domain)

    async def tau2_tasks(self, domain: str, split: str = "base") -> Tau2Tasks:
        """Return tau2-bench's tasks in file order, or raise `NotFoundError` without its data."""
        path = f"/v1/domains/{segment(domain)}/tau2-tasks"
        return await self._peer.get(path, Tau2Tasks, params={"split": split})

    async def tools(
        self, domain: str, *, form: str = "native", requestor: Requestor | None = None
    ) -> ToolList:
        """Return a domain's tools; `form` "openai" is what chat completions take."""
        params = {"format": form, "requestor": requestor}
        return await self._peer.get(f"/v1/domains/{segment(domain)}/tools", ToolList, params=params)

    async def capacity(self) -> Capacity:
        """Return how much room there is."""
        return await self._peer.get("/v1/capacity", Capacity)

    async def open(self, request: SessionRequest) -> Session:
        """Open a bare session; `open_session` gives one that re-opens itself."""
        # A session that nobody learned of expires: opening twice harms nothing.
        return await self._peer.post(SESSIONS, request, Session, idempotency_key=new_id("open"))

    async def session(self, session_id: str) -> Session:
        """Return a session, or raise `SessionLostError`."""
        return await self._peer.get(f"{SESSIONS}/{segment(session_id)}", Session)

    async def close(self, session_id: str) -> None:
        """Let a session go."""
        await self._peer.delete(f"{SESSIONS}/{segment(session_id)}")

    async def call_tool(self, session_id: str, request: ToolCallRequest) -> ToolCallResponse:
        """Call a tool; safe to repeat with the same `call_id`."""
        path = f"{SESSIONS}/{segment(session_id)}/tool-calls"
        # A header holds ASCII only; a sampled call id may hold anything.
        key = quote(request.call_id)
        return await self._peer.post(path, request, ToolCallResponse, idempotency_key=key)

    async def state(self, session_id: str) -> StateResponse:
        """Return the state's hash, and what differs from the initial state."""
        return await self._peer.get(f"{SESSIONS}/{segment(session_id)}/state", StateResponse)

    async def calls(self, session_id: str) -> list[RecordedCall]:
        """Return what was called so far, by anybody."""
        return (await self._peer.get(f"{SESSIONS}/{segment(session_id)}/calls", SessionCalls)).calls

    async def fork(
        self, session_id: str, num: int = 1, snapshot: str | None = None
    ) -> list[Session]:
        """Return independent sessions of the present state, or of a snapshot's."""
        path = f"{SESSIONS}/{segment(session_id)}/forks"
        request = ForkRequest(num=num, snapshot=snapshot)
        return (await self._peer.post(path, request, ForkResponse)).sessions

    async def take_snapshot(self, session_id: str, name: str) -> Snapshot:
        """Keep the present state under a name, as long as the session is kept."""
        path = f"{SESSIONS}/{segment(session_id)}/snapshots"
        return await self._peer.post(
            path, SnapshotRequest(name=name), Snapshot, idempotency_key=name
        )

    async def snapshots(self, session_id: str) -> list[Snapshot]:
        """Return the session's snapshots, in the order of their taking."""
        path = f"{SESSIONS}/{segment(session_id)}/snapshots"
        return (await self._peer.get(path, SnapshotList)).snapshots

    async def drop_snapshot(self, session_id: str, name: str) -> None:
        """Let a snapshot go."""
        await self._peer.delete(f"{SESSIONS}/{segment(session_id)}/snapshots/{segment(name)}")

    async def restore(self, session_id: str, snapshot: str) -> Session:
        """Go back to a snapshot."""
        path = f"{SESSIONS}/{segment(session_id)}/restore"
        request = RestoreRequest(snapshot=snapshot)
        return await self._peer.post(path, request, Session, idempotency_key=snapshot)

    async def capability(self, session_id: str, requestor: Requestor = "assistant") -> Capability:
        """Return a token for one party's tools over MCP; the party's earlier one is void."""
        path = f"{SESSIONS}/{segment(session_id)}/capabilities"
        request = CapabilityRequest(requestor=requestor)
        return await self._peer.post(path, request, Capability, idempotency_key=new_id("grant"))

    async def verify_batch(
        self, items: Sequence[VerificationRequest], *, timeout_seconds: float | None = None
    ) -> VerificationBatch:
        """Verify many trajectories; each item has its verdict or its problem, in order."""
        return await self._peer.post(
            "/v1/verification-batches",
            VerificationBatchRequest(items=list(items)),
            VerificationBatch,
            idempotency_key=new_id("batch"),
            timeout_seconds=timeout_seconds,
        )

    async def verify(self, request: VerificationRequest) -> VerificationResponse:
        """Replay a trajectory's calls and judge them. Nothing is kept there: it may be retried."""
        return await self._peer.post(
            "/v1/verifications",
            request,
            VerificationResponse,
            idempotency_key=new_id("verification"),
        )

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

    async def test_checker(
        self, request: CheckerSelfTestRequest, *, timeout_seconds: float = SELFTEST_SECONDS
    ) -> CheckerSelfTestResponse:
        """Run the self-test gate on a checker, which comes back passed or quarantined."""
        return await self._peer.post(
            "/v1/checkers/selftest",
            request,
            CheckerSelfTestResponse,
            timeout_seconds=timeout_seconds,
        )

    async def test_sandbox(self, *, timeout_seconds: float = SELFTEST_SECONDS) -> SandboxReport:
        """Run the hostile probes; tells which layers of the sandboxes hold there."""
        return await self._peer.post(
            "/v1/sandbox/selftest", None, SandboxReport, timeout_seconds=timeout_seconds
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
        is_solo: bool = False,
    ) -> EnvironmentSession:
        """Open a session that re-opens itself by its history when the service lost it.

        In a solo session the agent holds the user's tools, too, and the user none.
        """
        request = SessionRequest(
            database=database,
            initial_patch=list(initial_patch),
            initial_calls=list(initial_calls),
            is_solo=is_solo,
        )
        return EnvironmentSession(self, request, await self.open(request))
