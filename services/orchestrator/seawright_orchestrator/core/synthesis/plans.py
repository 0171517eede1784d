"""Drawing the plan pairs of a run in sequence, so that together they cover the grid."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from seawright_orchestrator.core.synthesis.coverage import Cell, Coverage, grid
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_shared.records.base import content_id
from seawright_shared.records.domains import GoalKind, Outcome
from seawright_shared.records.plans import CheckConfig, EvaluationPlan, Plan
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Disclosure, Reference

T = TypeVar("T", bound=Hashable)

DISCLOSURES: tuple[Disclosure, ...] = ("upfront", "on_ask")
"""Those that every domain has phrases for; a domain may name more."""
REFERENCES: tuple[Reference, ...] = ("id", "item", "status")
PERSONAS = ("plain", "brief", "polite")

EMPHASIS = 0.4
"""Share of a plan's weight that its theme takes on each axis; the rest is spread."""
GOAL_EMPHASIS: Mapping[Outcome, float] = {
    "fulfil": EMPHASIS,
    "refuse": 0.2,
    "info": 0.1,
    "transfer": 0.1,
}
"""The same of goals, by the outcome of the theme's."""

CHECKS = (
    "schema",
    "execution",
    "policy",
    "effect",
    "reference",
    "selftest",
    "duplicate",
    "contamination",
    "oracle",
)
MENDING_CHECKS = ("execution", "policy", "effect", "reference")
"""Checks that mend what they would refuse, where the run says so."""
HYGIENE = ("duplicate", "contamination")
"""Checks of the bare draft: where they stand before `execution`, drafts are resampled by them."""
ABLATED_CHECKS = ("schema", "execution")
"""Without verification, drafts that merely execute are kept."""


OUTCOME_SHARES: Mapping[Outcome, float] = {
    "fulfil": 0.6,
    "refuse": 0.2,
    "info": 0.1,
    "transfer": 0.1,
}
"""Of a plan's goals, apart from its theme. Refusals succeed easily: spread evenly over goal types
they would be most of what is accepted, and teach to refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What a plan's weight is spread over, apart from its theme."""

    goals: Mapping[str, float]
    disclosures: Sequence[Disclosure]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPair:
    """A synthesis plan and its evaluation plan: one stream's start."""

    plan: Plan
    evaluation_plan: EvaluationPlan


def stamped(plan: Plan) -> Plan:
    """Return the plan with the id that its content gives it."""
    return plan.model_copy(update={"id": content_id("plan", plan.model_copy(update={"id": ""}))})


def stamped_evaluation(plan: EvaluationPlan) -> EvaluationPlan:
    """Return the evaluation plan with the id that its content gives it."""
    blank = plan.model_copy(update={"id": ""})
    return plan.model_copy(update={"id": content_id("eval", blank)})


def stream_id(run_id: str, index: int) -> str:
    """Return the id of a run's stream."""
    return content_id("stream", [run_id, index])


def draw_plans(
    run_id: str, spec: SynthesisSpec, kinds: Sequence[GoalKind], disclosures: Sequence[Disclosure]
) -> list[PlanPair]:
    """Return `spec.num_streams` pairs in sequence.

    Each one is themed on the cell that the earlier ones leave furthest below its share.
    """
    cells = grid(kinds, spec.max_goals, disclosures, REFERENCES)
    cells.sort(key=lambda cell: derive_seed(spec.seed, "cell", *cell.path))
    coverage = Coverage.of(cells, kinds)
    spread = Spread(goals=goal_shares(kinds), disclosures=disclosures)
    pairs: list[PlanPair] = []
    for index in range(spec.num_streams):
        theme = coverage.largest_deficit()
        plan = themed_plan(run_id, spec, spread, index, theme)
        if index + 1 < spec.num_streams:
            coverage.add(plan, theme)
        pairs.append(PlanPair(plan=plan, evaluation_plan=first_evaluation_plan(spec, plan)))
    return pairs


def goal_shares(kinds: Sequence[GoalKind]) -> dict[str, float]:
    """Return the goals' shares: each outcome has its own, spread evenly over its goals."""
    num: Counter[Outcome] = Counter([kind.outcome for kind in kinds])
    whole = sum(OUTCOME_SHARES[outcome] for outcome in num)
    return {kind.name: OUTCOME_SHARES[kind.outcome] / whole / num[kind.outcome] for kind in kinds}


def themed_plan(run_id: str, spec: SynthesisSpec, spread: Spread, index: int, theme: Cell) -> Plan:
    """Return the first version of a stream's plan: everything, with weight on the theme."""
    persona = PERSONAS[derive_seed(spec.seed, "persona", index) % len(PERSONAS)]
    plan = Plan(
        id="",
        stream_id=stream_id(run_id, index),
        version=0,
        domain=spec.domain,
        theme=_words(theme, persona),
        seed=derive_seed(spec.seed, "plan", index),
        goals=_emphasised(spread.goals, theme.goal, GOAL_EMPHASIS[theme.outcome]),
        num_goals=_emphasised(_even(range(1, spec.max_goals + 1)), theme.num_goals),
        disclosures=_emphasised(_even(spread.disclosures), theme.disclosure),
        references=_emphasised(_even(REFERENCES), theme.reference),
        personas=[persona, *PERSONAS],
        contrast_rate=spec.contrast_rate,
    )
    return stamped(plan)


def first_evaluation_plan(spec: SynthesisSpec, plan: Plan) -> EvaluationPlan:
    """Return the ordered checks that a stream starts with."""
    names = CHECKS if spec.verification else ABLATED_CHECKS
    mending = MENDING_CHECKS if spec.repair else ()
    checks = [
        CheckConfig.model_validate(
            {"id": name, "on_fail": "repair" if name in mending else "reject"}
        )
        for name in names
    ]
    blank = EvaluationPlan(id="", stream_id=plan.stream_id, version=0, task_checks=checks)
    return stamped_evaluation(blank)


def full_evaluation_plan(stream: str) -> EvaluationPlan:
    """Return every check, with those of the bare draft first: what frozen plans are held to."""
    order = ("schema", *HYGIENE, *(name for name in CHECKS[1:] if name not in HYGIENE))
    checks = [CheckConfig.model_validate({"id": name}) for name in order]
    blank = EvaluationPlan(id="", stream_id=stream, version=0, task_checks=checks)
    return stamped_evaluation(blank)


def frozen(plan: Plan, goals: Sequence[str], *, balanced: bool) -> Plan:
    """Return the plan restricted to these goals, without probes; its rules stay as they are."""
    weights = {goal: 1.0 if balanced else plan.goals[goal] for goal in goals}
    total = sum(weights.values())
    shares = {goal: weight / total for goal, weight in weights.items()}
    return plan.model_copy(update={"goals": shares, "probe_rate": 0.0})


def _even(values: Sequence[T]) -> dict[T, float]:
    return dict.fromkeys(values, 1.0 / len(values))


def _emphasised(shares: Mapping[T, float], theme: T, emphasis: float = EMPHASIS) -> dict[T, float]:
    return {
        value: (1.0 - emphasis) * share + (emphasis if value == theme else 0.0)
        for value, share in shares.items()
    }


def _words(theme: Cell, persona: str) -> str:
    rule = f", where rule {theme.policy_rule} decides" if theme.policy_rule else ""
    hands = ", who must act, too" if theme.dual_control else ""
    return (
        f"{theme.goal} ({theme.outcome}{rule}) by a {persona} customer{hands}, who tells "
        f"{theme.disclosure}, refers by {theme.reference} and has {theme.num_goals} wish(es)"
    )
