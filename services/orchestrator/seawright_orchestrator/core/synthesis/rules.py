"""Rules over goals: what a goal shows to a rule, and whether a rule holds it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.state import GoalRow
from seawright_shared.records.base import Scalar
from seawright_shared.records.literals import holds
from seawright_shared.records.plans import Rule
from seawright_shared.records.tasks import Draft

EVERY_GOAL = "*"
"""Scope of a rule for goals of any type."""


def goal_rows(draft: Draft) -> list[GoalRow]:
    """Return the draft's goals with their features and those of the draft around them."""
    around: dict[str, Scalar] = {
        "draft.disclosure": draft.disclosure,
        "draft.reference": draft.reference,
        "draft.num_goals": len(draft.goals),
    }
    return [
        GoalRow(type=goal.type, features={**goal.features, **around, "draft.position": position})
        for position, goal in enumerate(draft.goals)
    ]


def violates(rule: Rule, goal: GoalRow) -> bool:
    """Return whether an active rule holds this goal back."""
    return (
        rule.status == "active"
        and rule.scope in {EVERY_GOAL, goal.type}
        and all(holds(literal, goal.features) for literal in rule.when)
    )


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Active rules, looked up by scope: thousands of drafts pass through it."""

    by_scope: Mapping[str, Sequence[Rule]]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "RuleBook":
        """Return a book of the active ones among the rules."""
        by_scope: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.status == "active":
                by_scope.setdefault(rule.scope, []).append(rule)
        return cls(by_scope)

    def violated(self, goals: Sequence[GoalRow]) -> list[Rule]:
        """Return the rules that hold back at least one of the goals, each once."""
        found: dict[str, Rule] = {}
        for goal in goals:
            for scope in (EVERY_GOAL, goal.type):
                for rule in self.by_scope.get(scope, ()):
                    if all(holds(literal, goal.features) for literal in rule.when):
                        found[rule.id] = rule
        return list(found.values())
