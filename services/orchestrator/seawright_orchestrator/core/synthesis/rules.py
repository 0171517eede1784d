"""Rules over goals: what a goal shows to a rule, and whether a rule holds it back."""

from collections.abc import Iterable, Mapping, Sequence

from seawright_orchestrator.core.synthesis.state import GoalRow
from seawright_shared.records.base import Scalar
from seawright_shared.records.plans import Literal_, Rule
from seawright_shared.records.tasks import Draft


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


def holds(literal: Literal_, features: Mapping[str, Scalar]) -> bool:
    """Return whether the test is true. A missing feature makes every test false."""
    if literal.feature not in features:
        return False
    found = features[literal.feature]
    if literal.op == "in":
        return isinstance(literal.value, list) and found in literal.value
    if isinstance(literal.value, list):
        return False
    if literal.op == "==":
        return _same(found, literal.value)
    if literal.op == "!=":
        return not _same(found, literal.value)
    return _ordered(literal, found)


def violates(rule: Rule, goal: GoalRow) -> bool:
    """Return whether an active rule holds this goal back."""
    return (
        rule.status == "active"
        and rule.scope in {"*", goal.type}
        and all(holds(literal, goal.features) for literal in rule.when)
    )


def violated(rules: Iterable[Rule], goals: Sequence[GoalRow]) -> list[Rule]:
    """Return the rules that hold back at least one of the goals, in order."""
    return [rule for rule in rules if any(violates(rule, goal) for goal in goals)]


def _same(found: Scalar, wanted: Scalar) -> bool:
    """Equal, and not merely equal as numbers: True is not 1."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _ordered(literal: Literal_, found: Scalar) -> bool:
    wanted = literal.value
    if isinstance(found, bool) or isinstance(wanted, bool):
        return False
    if not isinstance(found, int | float) or not isinstance(wanted, int | float):
        return False
    if literal.op == "<":
        return found < wanted
    if literal.op == "<=":
        return found <= wanted
    return found > wanted if literal.op == ">" else found >= wanted
