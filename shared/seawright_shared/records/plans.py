"""Plans and their revision: what is drawn, what is checked, what was learned."""

from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record, Scalar

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in"]


class Literal_(Record):  # noqa: N801 - `Literal` is Python's own word
    """One test of a feature, as in `order.status != pending`."""

    feature: str
    op: Operator
    value: Scalar | list[Scalar]


class Rule(Record):
    """One unit of evolution: in `scope`, drafts that satisfy all literals are held back."""

    id: str
    scope: str
    """A goal type, or `*`."""
    when: list[Literal_]
    effect: Literal["forbid", "downweight"] = "forbid"
    weight: float = 0.0
    """Probability with which a matching draft is kept, for `downweight`."""
    origin: Literal["seed", "reflection", "random", "human", "llm"] = "reflection"
    cause: str = ""
    """The failure class that it explains."""
    support: int = 0
    precision: float = 0.0
    homogeneity: float = 0.0
    status: Literal["active", "retired"] = "active"
    probes: int = 0
    probe_successes: int = 0
    born_in: str | None = None
    died_in: str | None = None


class Plan(Record):
    """A synthesis plan: versioned, diffable, JSON only."""

    id: str
    stream_id: str
    version: int
    parent: str | None = None
    domain: str
    theme: str
    """What this stream looks for, in words: it sets it apart from the streams before."""
    seed: int
    goals: dict[str, float]
    """Wanted share of each goal type."""
    num_goals: dict[int, float] = {1: 1.0}
    disclosures: dict[str, float] = {"upfront": 1.0}
    references: dict[str, float] = {"id": 1.0}
    personas: list[str] = ["plain"]
    rules: list[Rule] = []
    probe_rate: float = 0.05
    contrast_rate: float = 0.0
    """Share of the candidates that are drawn as contrast pairs: the same words, two outcomes."""


class CheckConfig(Record):
    """One check of the cascade, cheap before dear."""

    id: Literal[
        "schema",
        "execution",
        "policy",
        "effect",
        "reference",
        "oracle",
        "selftest",
        "duplicate",
        "contamination",
    ]
    enabled: bool = True
    params: dict[str, JsonValue] = {}
    on_fail: Literal["reject", "repair", "flag"] = "reject"
    """`flag` keeps the draft and says so. `repair` mends at most two things of a draft, and lets
    it through where the mended one passes every check; reflection learns less from such drafts."""


class EvaluationPlan(Record):
    """What a task and a trajectory must pass; revised like the plan."""

    id: str
    stream_id: str
    version: int
    parent: str | None = None
    task_checks: list[CheckConfig]
    min_kill: float = 0.95
    max_noop_share: float = 0.15
    audit_rate: float = 0.05
    """Share of the candidates refused by a check that may be loosened which an independent agent
    plays all the same: they are never accepted, they show whether the check is too strict."""


class RuleDiff(Record):
    """The stored difference between two versions of a plan."""

    added: list[Rule] = []
    retired: list[str] = []
    weights: dict[str, tuple[float, float]] = {}
    """Path of a changed number, as in `goals/cancel_pending_order`: before, after."""
    checks: list[str] = []
    """Sentences on changed checks."""


class Reflection(Record):
    """One revision of both plans: evidence, diff, predicted and observed yield."""

    id: str
    stream_id: str
    iteration: int
    plan_from: str
    plan_to: str
    evaluation_from: str
    evaluation_to: str
    causes: dict[str, int] = {}
    """Failure class and number of drafts, in the window read."""
    diff: RuleDiff
    predicted_yield: float
    observed_yield: float | None = None
    origin: Literal["miner", "llm", "random"] = "miner"
    """Who proposed what was taken."""
    contest: dict[str, float] = {}
    """Yield measured on probe drafts for each proposal, by who made it; empty: one proposal."""
    accepted: bool | None = None
    """False: it was worse and rolled back; None: not yet observed."""
