"""The environment's wire: domains, sessions, verification, drafts and task checks."""

from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Request
from seawright_shared.records.checkers import Checker, CheckerSpec, SelfTest
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, Requestor, ToolResult
from seawright_shared.records.plans import CheckConfig, Rule
from seawright_shared.records.tasks import (
    Disclosure,
    Draft,
    EnvironmentCall,
    PatchOp,
    Reference,
    Task,
)
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict

MAX_AUDITED_TASKS = 5000
"""Of one audit; tau2-bench's largest set has 2285."""


class SessionRequest(Request):
    """POST /v1/env-sessions. `history` re-opens a lost session: the calls are replayed."""

    database: DatabaseRef
    initial_patch: list[PatchOp] = []
    initial_calls: list[EnvironmentCall] = []
    history: list[EnvironmentCall] = []
    is_solo: bool = False
    """Whether the agent holds the user's tools, too, and the user none."""


class Session(Record):
    """An open world. `version` counts executed calls; `state_hash` is the agent database's."""

    id: str
    domain: str
    version: int
    state_hash: str
    user_state_hash: str | None = None


class ToolCallRequest(Request):
    """POST /v1/env-sessions/{id}/tool-calls. Idempotent by `call_id` within the session."""

    call_id: str = Field(min_length=1, max_length=200)
    name: str
    arguments: dict[str, JsonValue] = {}
    requestor: Requestor = "assistant"
    expected_version: int | None = None
    """Refused with 409 if the session is at another version."""


class ToolCallResponse(Record):
    """The tool's answer and the session's version after it."""

    result: ToolResult
    version: int
    state_hash: str | None = None
    """After a tool that may write; None: the state is the one before."""
    user_state_hash: str | None = None
    """Likewise, of the user's own database, where the domain gives him one."""


class StateResponse(Record):
    """GET /v1/env-sessions/{id}/state: hashes, and what differs from the initial state."""

    session: Session
    diff: list[PatchOp]


class ForkRequest(Request):
    """POST /v1/env-sessions/{id}/forks: `num` independent sessions of the same state."""

    num: int = Field(default=1, ge=1, le=256)
    snapshot: str | None = None
    """The state to fork: a snapshot's; None: the present one."""


class ForkResponse(Record):
    """The new sessions."""

    sessions: list[Session]


class VerificationRequest(Request):
    """POST /v1/verifications. Replays the calls in `messages` and applies the checker.

    `scoring` "checker" uses `task.checker`; "tau2" uses tau2-bench's evaluation of `task.tau2`
    (natural-language assertions are not judged: they are counted as met, and said so).
    """

    task: Task
    messages: list[Message]
    stop_reason: StopReason
    scoring: Literal["checker", "tau2"] = "checker"
    checker: CheckerSpec | None = None
    """Overrides the task's own."""
    source_checker: Checker | None = None
    """Overrides both; source runs in a sandbox."""
    is_solo: bool = False
    """Whether the agent held the user's tools, too."""


class DraftRequest(Request):
    """POST /v1/drafts. Draws goals for customers of one split, reproducibly by `seed`.

    A customer belongs to the held-out split iff the hash of his id falls below
    `holdout_share`; the two splits never share a customer, nor his orders.
    """

    database: DatabaseRef
    split: Literal["train", "heldout"] = "train"
    holdout_share: float = Field(default=0.3, ge=0.0, lt=1.0)
    seed: int
    num: int = Field(ge=1, le=5000)
    goals: dict[str, float]
    """Weights of goal types."""
    num_goals: dict[int, float] = Field(
        default={1: 1.0}, json_schema_extra={"propertyNames": {"pattern": "^[0-9]{1,9}$"}}
    )
    disclosures: dict[Disclosure, float] = {"upfront": 1.0}
    references: dict[Reference, float] = {"id": 1.0}
    personas: list[str] = ["plain"]
    contrast_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the drafts that come as contrast pairs."""
    rules: list[Rule] = Field(default=[], max_length=2000)
    """Active rules of a plan: most drafts break none. Some do, so that the rules can be probed,
    and where a rule tests what is drawn last."""


class DraftBatch(Record):
    """The drawn drafts. Naive on purpose: whether one is possible is found out by checking."""

    drafts: list[Draft]


class TaskCheckRequest(Request):
    """POST /v1/task-checks. Runs the cascade on each draft until a check fails.

    The environment runs `schema`, `execution`, `policy`, `effect`, `reference` and `selftest`;
    the orchestrator runs `oracle`, `duplicate` and `contamination` itself.
    """

    drafts: list[Draft] = Field(max_length=1000)
    checks: list[CheckConfig]
    min_kill: float = 0.95


class TaskCheckResult(Record):
    """One draft's outcome: the task where every check passed, else the verdict that stopped it."""

    draft_id: str
    task: Task | None = None
    verdicts: list[Verdict]
    """One per check that ran, the failing one last."""
    failed_goal: int | None = None
    """Index of the goal to blame, where there is one."""
    repaired: str = ""
    """What was mended before it passed, where `on_fail` of a check is `repair`."""
    mended: Draft | None = None
    """The draft as it was mended: the task is its."""


class TaskCheckResponse(Record):
    """Results in the order of the drafts."""

    results: list[TaskCheckResult]


class AuditRequest(Request):
    """POST /v1/audits. Verifies a set of tau2-bench task documents against a database.

    The database is the one that `database` names, or `document`: tau2-bench's own form of one.
    """

    domain: str
    tasks: list[JsonValue] = Field(min_length=1, max_length=MAX_AUDITED_TASKS)
    """Any JSON: what is no task is reported with its pointer, and the others are audited."""
    database: DatabaseRef | None = None
    """None: tau2-bench's own."""
    document: dict[str, JsonValue] | None = None
    max_mutants: int = Field(default=4, ge=0, le=64)
    """Per task and class of mutants; 0: no checker is tried."""


class VerificationResponse(Record):
    """The verdict; `reward` is None where a fault must not become one."""

    verdict: Verdict


class Tau2Tasks(Record):
    """GET /v1/domains/{name}/tau2-tasks?split=: imported tasks, in file order."""

    tasks: list[Task]


class CheckerSelfTestRequest(Request):
    """POST /v1/checkers/selftest. Runs the gate of twelve points on a checker of a solved task."""

    task: Task
    checker: Checker | None = None
    """None: the task's own spec."""
    min_kill: float = Field(default=0.95, ge=0.0, le=1.0)
    has_styles: bool = True
    """Whether the kill matrix shows other styles of checkers beside this one."""


class CheckerSelfTestResponse(Record):
    """What the gate measured, and the checker with its new status."""

    checker: Checker
    selftest: SelfTest


class ProbeResult(Record):
    """One hostile program in one layer. `outcome` "breach": the layer did not hold it."""

    probe: str
    outcome: Literal["held", "breach"]
    detail: str
    """How it ended."""
    milliseconds: float


class LayerReport(Record):
    """One layer of the sandbox: whether it works here, and what the probes found."""

    layer: str
    is_available: bool
    reason: str = ""
    """Why it is not available."""
    note: str = ""
    """How it runs here, where that differs from machine to machine."""
    holds: bool
    """Every probe was held, and a harmless checker ran right after each."""
    probes: list[ProbeResult] = []


class SandboxReport(Record):
    """POST /v1/sandbox/selftest: the layers that hold on this machine."""

    ok: bool
    """No available layer was breached, and both runtimes (`monty`, `process`) are available."""
    layers: list[LayerReport]
