"""A plan's rules while drafts are drawn: a goal that they hold back is drawn again at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_shared.records.base import Scalar
from seawright_shared.records.literals import holds
from seawright_shared.records.plans import Rule
from seawright_shared.records.tasks import DraftGoal

EVERY_GOAL = "*"
PROBE_SHARE = 0.1
"""Of the drafts, drawn as if there were no rules: who selects needs some to probe the rules by."""
MAX_REDRAWS = 3
"""Of one goal for one customer."""
MAX_CUSTOMERS_TRIED = 12
"""For one draft; after them it is drawn as if there were no rules, and who selects decides."""


@dataclass(frozen=True, slots=True)
class DraftRules:
    """Forbidding rules by scope."""

    by_scope: Mapping[str, Sequence[Rule]]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "DraftRules":
        """Return those of the rules that are active and forbid."""
        by_scope: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.status == "active" and rule.effect == "forbid":
                by_scope.setdefault(rule.scope, []).append(rule)
        return cls(by_scope)

    def hold_back(self, goal: DraftGoal, *, position: int, num_goals: int) -> bool:
        """Return whether a rule is broken by what is known of the goal so far."""
        rules = [*self.by_scope.get(EVERY_GOAL, ()), *self.by_scope.get(goal.type, ())]
        if not rules:
            return False
        features: dict[str, Scalar] = {
            **goal.features,
            "draft.num_goals": num_goals,
            "draft.position": position,
        }
        for rule in rules:
            # A loop: this is asked of every goal that is drawn, and generators cost as much again.
            for literal in rule.when:
                if not holds(literal, features):
                    break
            else:
                return True
        return False
