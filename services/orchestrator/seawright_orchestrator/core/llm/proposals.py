"""A model's answers as the objects that the procedural author writes, or why they are none."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from seawright_orchestrator.core.llm.answers import DraftIdea, PlanAnswer, RuleIdea
from seawright_orchestrator.core.synthesis.mining import rule_of
from seawright_orchestrator.core.synthesis.plans import (
    CHECKS,
    DISCLOSURES,
    EMPHASIS,
    HYGIENE,
    PERSONAS,
    REFERENCES,
    PlanPair,
    stamped,
    stamped_evaluation,
)
from seawright_orchestrator.core.synthesis.rules import EVERY_GOAL
from seawright_shared.records.base import content_id
from seawright_shared.records.domains import Domain
from seawright_shared.records.plans import EvaluationPlan, Literal_, Plan, Rule
from seawright_shared.records.tasks import Draft, Wording

T = TypeVar("T", bound=Hashable)
AROUND = ("draft.disclosure", "draft.reference", "draft.num_goals", "draft.position")
"""Features of every goal that the draft around it gives."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that an answer may use."""

    goals: frozenset[str]
    features: frozenset[str]

    @classmethod
    def of(cls, domain: Domain, goals: Sequence[str]) -> "Vocabulary":
        """Return a domain's names; `goals`: those that the run may use, empty: all."""
        names = frozenset(goals or domain.goal_types)
        return cls(goals=names, features=frozenset([*domain.features, *AROUND]))

    def objection(self, rules: Sequence[RuleIdea]) -> str | None:
        """Say which name of a rule does not exist."""
        for rule in rules:
            if rule.scope != EVERY_GOAL and rule.scope not in self.goals:
                return f"no goal type {rule.scope!r}; there are {sorted(self.goals)} and '*'"
            for test in rule.when:
                if test.feature not in self.features:
                    return f"no feature {test.feature!r}; there are {sorted(self.features)}"
                if (test.op == "in") != isinstance(test.value, list):
                    return "a list goes with the operator 'in', and with no other"
        return None

    def objection_to_plan(self, answer: PlanAnswer, max_goals: int) -> str | None:
        """Say what is wrong with a plan."""
        unknown = sorted({one.goal for one in answer.goals} - self.goals)
        if unknown:
            return f"no goal type {unknown[0]!r}; there are {sorted(self.goals)}"
        if not sum(one.weight for one in answer.goals):
            return "one weight at least must be positive"
        if answer.num_goals > max_goals:
            return f"num_goals is at most {max_goals}"
        if answer.disclosure not in DISCLOSURES:
            return f"disclosure is one of {DISCLOSURES}"
        return self.objection(answer.rules) or objection_to_checks(answer.early_checks)


def objection_to_checks(names: Sequence[str]) -> str | None:
    """Say which check does not exist."""
    unknown = [name for name in names if name not in CHECKS]
    return f"no check {unknown[0]!r}; there are {CHECKS}" if unknown else None


def rules_from(ideas: Sequence[RuleIdea]) -> list[Rule]:
    """Return the rules, each once, as a model's."""
    found: dict[str, Rule] = {}
    for idea in ideas:
        tests = [Literal_(feature=one.feature, op=one.op, value=one.value) for one in idea.when]
        rule = rule_of(idea.scope, tests)
        found[rule.id] = rule.model_copy(update={"origin": "llm", "cause": idea.why[:200]})
    return list(found.values())


def planned(pair: PlanPair, answer: PlanAnswer) -> PlanPair:
    """Return the pair with what the answer asks for; every goal type keeps a share."""
    plan = pair.plan
    wanted = {one.goal: one.weight for one in answer.goals}
    total = sum(wanted.values())
    themes = {goal: wanted.get(goal, 0.0) / total for goal in plan.goals}
    changed = plan.model_copy(
        update={
            "theme": answer.theme,
            "goals": _leaning(plan.goals, themes),
            "num_goals": _leaning(plan.num_goals, {answer.num_goals: 1.0}),
            "disclosures": _leaning(dict.fromkeys(DISCLOSURES, 0.0), {answer.disclosure: 1.0}),
            "references": _leaning(dict.fromkeys(REFERENCES, 0.0), {answer.reference: 1.0}),
            "personas": [answer.persona if answer.persona in PERSONAS else "plain", *PERSONAS],
            "rules": rules_from(answer.rules),
        }
    )
    evaluation = earlier(pair.evaluation_plan, answer.early_checks)
    return PlanPair(plan=stamped(changed), evaluation_plan=evaluation)


def earlier(plan: EvaluationPlan, names: Sequence[str]) -> EvaluationPlan:
    """Return the plan with these checks as early as they can stand; none is ever dropped.

    What needs a compiled task cannot move; the schema stays first.
    """
    movable = [name for name in names if name in HYGIENE]
    first = [check for check in plan.task_checks if check.id == "schema"]
    moved = [check for name in movable for check in plan.task_checks if check.id == name]
    rest = [one for one in plan.task_checks if one not in first and one not in moved]
    ordered = [*first, *moved, *rest]
    if ordered == plan.task_checks:
        return plan
    return stamped_evaluation(plan.model_copy(update={"task_checks": ordered}))


def worded(draft: Draft, idea: DraftIdea, *, in_own_words: bool) -> Draft:
    """Return the palette's draft as the idea tells it, under a new id."""
    changed = draft.model_copy(
        update={
            "id": "",
            "disclosure": idea.disclosure,
            "reference": idea.reference,
            "wording": Wording(opening=idea.opening, wishes=list(idea.wishes))
            if in_own_words
            else None,
        }
    )
    return changed.model_copy(update={"id": content_id("draft", changed)})


def revised(before: Plan, mined: Plan, rules: Sequence[Rule], reflection_id: str) -> Plan:
    """Return the model's rival to the miner's next version: the same weights, other new rules."""
    kept = [rule for rule in mined.rules if rule.id in {old.id for old in before.rules}]
    known = {rule.id for rule in kept}
    new = [
        rule.model_copy(update={"born_in": reflection_id}) for rule in rules if rule.id not in known
    ]
    return stamped(mined.model_copy(update={"rules": [*kept, *new]}))


def _leaning(even: dict[T, float], themes: dict[T, float]) -> dict[T, float]:
    share = (1.0 - EMPHASIS) / len(even)
    return {value: round(share + EMPHASIS * themes.get(value, 0.0), 6) for value in even}
