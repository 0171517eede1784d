"""What a plan stream remembers between iterations: one JSON document."""

from typing import Literal

from seawright_shared.records.base import Record, Scalar
from seawright_shared.records.plans import EvaluationPlan, Plan, Reflection
from seawright_shared.records.reports import IterationReport, StageUsage


class GoalRow(Record):
    """One goal of a candidate, as rules see it."""

    type: str
    features: dict[str, Scalar]


class CandidateOutcome(Record):
    """What became of one candidate: the miner's evidence."""

    draft_id: str
    iteration: int
    goals: list[GoalRow]
    accepted: bool
    failed_goal: int | None = None
    """Index of the goal to blame; None where accepted, or where no goal is to blame."""
    cause: str = ""
    stage: str = ""
    """The check that refused it; empty where accepted."""
    passed: list[str] = []
    """Checks that the whole candidate passed before."""
    probe: str | None = None
    """Id of the one rule that this candidate was allowed to violate."""


class CheckStats(Record):
    """What one check cost and caught so far."""

    runs: int = 0
    catches: int = 0
    milliseconds: float = 0.0
    """For people to see; decisions do not read the clock."""
    flagged: int = 0
    """Catches that were let through, because the check only flags."""
    flagged_faults: int = 0
    """Of these, tasks that a played episode then found bad."""
    audits: int = 0
    """Refused candidates that an independent agent played all the same."""
    audit_passes: int = 0
    """Of these, played well: the check was too strict."""


class PlanStream(Record):
    """One stream's whole memory. `run_iteration` maps it to its successor."""

    id: str
    index: int
    iteration: int = 0
    """Iterations done."""
    plans: list[Plan]
    """All versions drawn so far, in order; the last one is the current one."""
    evaluation_plans: list[EvaluationPlan]
    reflections: list[Reflection] = []
    reports: list[IterationReport] = []
    window: list[CandidateOutcome] = []
    """Latest candidates, oldest first; bounded."""
    check_stats: dict[str, CheckStats] = {}
    num_accepted: int = 0
    accepted_goals: dict[str, int] = {}
    """Accepted tasks so far by the type of their first goal; what is short is drawn more."""
    planning: dict[str, StageUsage] = {}
    """What a model was paid for the first plans; told in the first iteration's report."""
    status: Literal["open", "finished"] = "open"

    @property
    def plan(self) -> Plan:
        """The current synthesis plan."""
        return self.plans[-1]

    @property
    def evaluation_plan(self) -> EvaluationPlan:
        """The current evaluation plan."""
        return self.evaluation_plans[-1]
