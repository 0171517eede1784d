"""The environment's wire beyond the plain session: snapshots, capabilities, batches, capacity."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from seawright_shared.contracts.environment import VerificationRequest
from seawright_shared.records.base import Record, Request
from seawright_shared.records.messages import Requestor, ToolResult
from seawright_shared.records.verdicts import Verdict

SnapshotName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
MAX_BATCH = 1000


class SnapshotRequest(Request):
    """POST /v1/env-sessions/{id}/snapshots: keep the present state under a name."""

    name: SnapshotName


class Snapshot(Record):
    """A named state of a session; it is lost with the session."""

    name: str
    session_id: str
    version: int
    state_hash: str
    user_state_hash: str | None = None


class SnapshotList(Record):
    """GET /v1/env-sessions/{id}/snapshots, in the order of their taking."""

    snapshots: list[Snapshot]


class RestoreRequest(Request):
    """POST /v1/env-sessions/{id}/restore: go back to a snapshot; later calls are forgotten."""

    snapshot: SnapshotName


class CapabilityRequest(Request):
    """POST /v1/env-sessions/{id}/capabilities: a token for one party's tools over MCP.

    The party's earlier token is void from then on.
    """

    requestor: Requestor = "assistant"


class Capability(Record):
    """What an agent (or a user) is given: where to connect, and the bearer token to do so."""

    requestor: Requestor
    mcp_path: str
    token: str
    """Shown once; the service keeps a digest."""


class RecordedCall(Record):
    """One call of a session, and its answer."""

    call_id: str
    requestor: Requestor
    name: str
    arguments: dict[str, JsonValue]
    result: ToolResult
    version: int
    """The session's, after the call."""


class SessionCalls(Record):
    """GET /v1/env-sessions/{id}/calls: what was called so far, whoever called it, in order."""

    calls: list[RecordedCall]


class Capacity(Record):
    """GET /v1/capacity: how much room there is."""

    num_sessions: int
    max_sessions: int
    """Beyond it the least recently used idle session is lost; where none is idle: 503."""
    idle_seconds: float
    """A session unused for longer may be lost for another."""
    session_ttl_seconds: float
    """A session unused for longer is lost in any case."""
    num_heavy: int
    """Verifications, drafts and the like that run or wait."""
    max_heavy: int
    """Beyond it: 503."""
    num_workers: int = 1
    """Processes that answer at present."""


class ToolList(Record):
    """GET /v1/domains/{name}/tools."""

    domain: str
    version: str
    """Of the domain: it changes with the tools."""
    format: Literal["native", "openai"]
    tools: list[dict[str, JsonValue]]


class VerificationBatchRequest(Request):
    """POST /v1/verification-batches. A malformed item spoils no other."""

    items: list[Annotated[VerificationRequest | JsonValue, Field(union_mode="left_to_right")]] = (
        Field(max_length=MAX_BATCH)
    )


class ItemField(Record):
    """One wrong field of an item; the pointer leads into the whole body."""

    pointer: str
    code: str
    detail: str


class ItemProblem(Record):
    """Why an item has no verdict."""

    status: int
    code: str
    detail: str
    retryable: bool = False
    errors: list[ItemField] = []


class VerificationItem(Record):
    """One item's verdict, or its problem."""

    verdict: Verdict | None = None
    problem: ItemProblem | None = None


class VerificationBatch(Record):
    """Answers in the order of the items."""

    results: list[VerificationItem]
    num_failed: int
    """Items with a problem."""
