"""The coverage grid: what the plans of a run are to cover together, and how far they do."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_shared.records.domains import Domain, GoalKind, Outcome
from seawright_shared.records.plans import Plan
from seawright_shared.records.tasks import Disclosure, Reference

NO_RULE = ""
"""Stands for the policy rule of a goal that none decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the grid. A plan draws goals, not outcomes: those follow from the goal."""

    goal: str
    outcome: Outcome
    policy_rule: str
    dual_control: bool
    disclosure: Disclosure
    reference: Reference
    num_goals: int

    @property
    def tier(self) -> int:
        """How hard it is, as tasks count it."""
        return self.num_goals + (self.reference != "id") + (self.disclosure != "upfront")

    @property
    def path(self) -> list[str | int]:
        """The cell as words, to derive seeds by."""
        return [self.goal, self.policy_rule, self.disclosure, self.reference, self.num_goals]


def kinds_of(domain: Domain, goals: Sequence[str]) -> list[GoalKind]:
    """Return the kinds of these goals; one that the domain does not describe is to be fulfilled."""
    described = {kind.name: kind for kind in domain.goal_kinds}
    plain = {goal: GoalKind(name=goal, outcome="fulfil") for goal in goals}
    return [described.get(goal, plain[goal]) for goal in goals]


def grid(
    kinds: Sequence[GoalKind],
    max_goals: int,
    disclosures: Sequence[Disclosure],
    references: Sequence[Reference],
) -> list[Cell]:
    """Return every cell: goal (with outcome and party) x rule x disclosure x reference x number."""
    axes = itertools.product(kinds, disclosures, references, range(1, max_goals + 1))
    return [
        Cell(
            goal=kind.name,
            outcome=kind.outcome,
            policy_rule=rule,
            dual_control=kind.dual_control,
            disclosure=disclosure,
            reference=reference,
            num_goals=num_goals,
        )
        for kind, disclosure, reference, num_goals in axes
        for rule in kind.policy_rules or [NO_RULE]
    ]


def cell_share(plan: Plan, cell: Cell, num_rules: int = 1) -> float:
    """Return the share of the plan's candidates that fall into the cell.

    `num_rules`: cells that differ in nothing but the rule; candidates spread evenly over them.
    """
    return (
        plan.goals.get(cell.goal, 0.0)
        * plan.disclosures.get(cell.disclosure, 0.0)
        * plan.references.get(cell.reference, 0.0)
        * plan.num_goals.get(cell.num_goals, 0.0)
        / num_rules
    )


@dataclass(slots=True, kw_only=True)
class Coverage:
    """How much the plans drawn so far cover, cell by cell, against an even share."""

    cells: Sequence[Cell]
    """In the order in which equals are taken."""
    num_rules: Mapping[str, int]
    """Rules of each goal."""
    covered: dict[Cell, float]

    @classmethod
    def of(cls, cells: Sequence[Cell], kinds: Sequence[GoalKind]) -> "Coverage":
        """Return the coverage before any plan."""
        num_rules = {kind.name: max(1, len(kind.policy_rules)) for kind in kinds}
        return cls(cells=cells, num_rules=num_rules, covered=dict.fromkeys(cells, 0.0))

    def largest_deficit(self) -> Cell:
        """Return the cell least covered, of the goal least covered."""
        goals = dict.fromkeys(self.num_rules, 0.0)
        for cell, share in self.covered.items():
            goals[cell.goal] += share
        return min(self.cells, key=lambda cell: (goals[cell.goal], self.covered[cell]))

    def add(self, plan: Plan, theme: Cell) -> None:
        """Count a plan in. Of the theme's goal, the rule it was drawn for is counted alone."""
        for cell in self.cells:
            num_rules = self.num_rules[cell.goal]
            share = cell_share(plan, cell, num_rules)
            if cell.goal == theme.goal and num_rules > 1:
                share *= num_rules * (cell.policy_rule == theme.policy_rule)
            self.covered[cell] += share
