"""What an audit found in a set of tau2-bench tasks."""

from collections.abc import Sequence
from typing import Literal

from seawright_shared.records.base import Record
from seawright_shared.records.checkers import KillRow
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.json_patches import JsonPatchOp

Severity = Literal["note", "warning", "error"]
"""error: the task's truth is wrong; warning: its checker is weak; note: worth knowing."""
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
AgentKind = Literal["noop", "refusal", "transfer", "script"]


class AuditPatch(Record):
    """A suggested repair. It is suggested only after it was tried."""

    operations: list[JsonPatchOp]
    """Their paths start at the task set, as in `/3/id`."""
    effect: str
    """What was seen when the task was evaluated with the repair."""


class AuditFinding(Record):
    """One thing wrong or weak, and where."""

    code: str
    severity: Severity
    pointer: str
    """Into the task set, as in `/3/evaluation_criteria/actions/1`."""
    detail: str
    task_id: str | None = None
    """None: it concerns the whole set, or a task that has no readable id."""
    is_heuristic: bool = False
    """True: made likely by the words of the task, not proved."""
    patch: AuditPatch | None = None


class AgentPass(Record):
    """Whether an agent that ignores the task gets its reward."""

    agent: AgentKind
    needs_judge: bool
    """True: it depends on assertions in natural language, here counted as met."""


class AuditedTask(Record):
    """One task's part of the report."""

    index: int
    task_id: str | None
    is_audited: bool
    """False: its document could not be read or its world not be opened."""
    findings: list[AuditFinding] = []
    passes: list[AgentPass] = []
    passes_default_basis: bool = False
    """The do-nothing agent meets DB and COMMUNICATE, whatever the task's own basis."""
    kills: list[KillRow] = []


class AgentTotal(Record):
    """How many tasks reward an agent that ignores them."""

    agent: AgentKind
    num_passed: int
    """Every component that code can compute is met; natural language is counted as met."""
    num_certain: int
    """Of these, how many have nothing left to a judge."""
    task_ids: list[str]
    judged_task_ids: list[str]
    """The others of `task_ids`: a judge may still fail them."""


class CodeTotal(Record):
    """One class of findings, counted."""

    code: str
    severity: Severity
    num_findings: int
    num_tasks: int


class AuditReport(Record):
    """The audit of one task set. Equal input gives an equal report."""

    domain: str
    database: DatabaseRef | None
    """None: the database came with the tasks."""
    tasks_hash: str
    """SHA-256 of the task set's canonical JSON."""
    num_tasks: int
    num_audited: int
    codes: list[CodeTotal]
    """Gravest first."""
    agents: list[AgentTotal]
    num_default_basis: int
    """Tasks of which the do-nothing agent meets DB and COMMUNICATE."""
    kills: list[KillRow]
    """Mutants of gold that tau2-bench's evaluation fails, by class, over all tasks."""
    num_gold_failing: int
    """Tasks whose own gold is not rewarded; their mutants are not counted."""
    set_findings: list[AuditFinding]
    tasks: list[AuditedTask]

    def worst(self) -> Severity | None:
        """Return the gravest severity found; None: nothing was found."""
        return gravest([total.severity for total in self.codes])


def gravest(severities: Sequence[Severity]) -> Severity | None:
    """Return the gravest; None: there is none."""
    return next((each for each in SEVERITIES[::-1] if each in severities), None)
