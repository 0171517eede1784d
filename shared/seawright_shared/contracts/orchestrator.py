"""The orchestrator's wire: runs, plans, tasks, episodes, datasets, evaluations, rollout streams."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Request
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.plans import EvaluationPlan, Plan, Reflection, Rule
from seawright_shared.records.reports import EvaluationReport, IterationReport
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import EvaluationSpec, RolloutStreamSpec, SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Trajectory, UserSpec
from seawright_shared.records.verdicts import Verdict


class Run(Record):
    """What every run resource shows."""

    id: str
    status: JobStatus
    status_reason: StatusReason | None = None
    created_at: datetime
    updated_at: datetime


class SynthesisRun(Run):
    """A synthesis run: POST /v1/synthesis-runs, GET .../{id}, verbs cancel, pause, resume."""

    spec: SynthesisSpec
    num_iterations_done: int = 0
    num_tasks: int = 0


class StreamState(Record):
    """One plan stream: GET /v1/synthesis-runs/{id}/streams."""

    id: str
    index: int
    status: JobStatus
    iteration: int
    plans: list[Plan] = []
    evaluation_plans: list[EvaluationPlan] = []
    reflections: list[Reflection] = []
    iterations: list[IterationReport] = []


class PlanVersion(Record):
    """One version of a stream's plan pair: GET .../streams/{stream_id}/plans[/{version}]."""

    version: int
    plan: Plan
    evaluation_plan: EvaluationPlan
    """The one in force with this plan."""
    reflection: Reflection | None = None
    """What made this version; None for the first one."""
    iterations: list[IterationReport] = []
    """What was drawn by it."""


class PlanDiff(Record):
    """What differs between two versions: GET .../streams/{stream_id}/plan-diffs?first=0&last=3."""

    first: int
    last: int
    added: list[Rule] = []
    """Rules that only the last one has."""
    removed: list[Rule] = []
    retired: list[Rule] = []
    """Rules active in the first one, retired in the last one."""
    revived: list[Rule] = []
    changed: dict[str, tuple[JsonValue, JsonValue]] = {}
    """Everything else that differs, of both plans, by path as in `goals/cancel`: before, after."""


class SynthesisReport(Record):
    """GET /v1/synthesis-runs/{id}/report: the funnel per iteration, over all streams."""

    run: SynthesisRun
    streams: list[StreamState]


class RejectedDraft(Record):
    """A draft that was not accepted, kept with its reason: GET /v1/synthesis-runs/{id}/rejects."""

    draft_id: str
    stream_id: str
    iteration: int
    goal_types: list[str]
    verdict: Verdict


class EpisodeRequest(Request):
    """PUT /v1/episodes/{id}: play one episode of a stored task."""

    task_id: str
    agent: AgentSpec
    user: UserSpec = UserSpec()
    seed: int = 0
    max_turns: int = Field(default=30, ge=1)


class Episode(Record):
    """One play of a task."""

    id: str
    task_id: str
    status: JobStatus
    trajectory: Trajectory | None = None
    verdict: Verdict | None = None


class EvaluationRun(Run):
    """POST /v1/evaluation-runs, GET .../{id}."""

    spec: EvaluationSpec
    num_episodes_done: int = 0
    num_episodes: int = 0
    report: EvaluationReport | None = None


class TaskSampleRequest(Request):
    """POST /v1/task-samples: verified tasks for held-out customers, from a run's frozen plans.

    Nothing of them reaches a dataset: they are stored apart, marked held out.
    """

    synthesis_run_id: str
    split: Literal["train", "heldout"] = "heldout"
    num: int = Field(ge=1, le=2000)
    seed: int = 0
    plan_version: Literal["first", "last"] = "last"
    goals: list[str] = []
    max_per_signature: int | None = None
    balanced: bool = True
    """Equal shares of goal types, as far as there are enough."""
    judged_by: Literal["full", "own"] = "full"
    """`own`: by each stream's latest evaluation plan, as the run accepted; what it lets through is
    then held to full verification, and counted where that refuses it."""


class TaskSample(Record):
    """The sampled tasks, and the yield seen on the way."""

    id: str = ""
    task_ids: list[str]
    tasks: list[Task] = []
    num_candidates: int
    num_accepted: int
    accepted: list[bool] = []
    """Per candidate, in order: for bootstrap."""
    customers: list[str] = []
    """Per candidate: whose wish it was; empty text for one that the plan could not give."""
    num_sequences: int = 0
    num_wrong: int | None = None
    """`judged_by: own`: accepted ones that full verification refuses."""


class RolloutStream(Record):
    """A supply of groups: POST /v1/rollout-streams, GET, POST .../close."""

    id: str
    spec: RolloutStreamSpec
    status: Literal["open", "closed"]
    granted: int
    """Groups allowed so far, ever."""
    produced: int


class CreditsRequest(Request):
    """PUT /v1/rollout-streams/{id}/credits. Cumulative, so that a retry grants nothing twice."""

    granted: int = Field(ge=0)


class GroupPage(Record):
    """GET /v1/rollout-streams/{id}/groups?after=&wait_seconds=: in order of sequence."""

    groups: list[RolloutGroup]
