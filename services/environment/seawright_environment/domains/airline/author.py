"""The airline's procedural author: goals, rules, phrases and solutions behind one port."""

import random
from collections.abc import Mapping, Sequence

from seawright_environment.core.drafting import (
    Composition,
    Contrast,
    Preparation,
    Scene,
    View,
)
from seawright_environment.core.world import World
from seawright_environment.domains.airline import (
    rules,
    rules_contrasts,
    rules_references,
    rules_schema,
    solution_variants,
)
from seawright_environment.domains.airline.goals import FEATURES, GOALS, draw_goal, writes_of
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_delays import late_flight
from seawright_environment.domains.airline.goals_draws import Pen
from seawright_environment.domains.airline.rules_policy import POLICY_RULES
from seawright_environment.domains.airline.solution import TRANSFER, compose
from seawright_shared.records.domains import GoalKind, PolicyRule
from seawright_shared.records.tasks import Draft, DraftGoal, EnvironmentCall


class AirlineAuthor:
    """Writes tasks for the airline, without any model."""

    goal_types: tuple[str, ...] = tuple(GOALS)
    features: tuple[str, ...] = FEATURES
    kinds: Mapping[str, GoalKind] = {
        name: GoalKind(name=name, outcome=kind.outcome, policy_rules=list(kind.rules))
        for name, kind in GOALS.items()
    }
    policy_rules: tuple[PolicyRule, ...] = POLICY_RULES
    transfer_tool = TRANSFER

    def customers(self, view: View) -> Sequence[str]:
        """Return the ids of all customers, in order."""
        return view["users"].ids()

    def draw_goal(self, scene: Scene, goal_type: str, draw: random.Random) -> DraftGoal | None:
        """Return a goal that need not be possible; None where the customer cannot even ask."""
        return draw_goal(Pen(scene, Airline(scene.view), draw), goal_type)

    def prepare(
        self, view: View, customer_id: str, goals: Sequence[DraftGoal], draw: random.Random
    ) -> Preparation:
        """Return what happened to flights that a customer says are late; mostly nothing."""
        del customer_id, draw
        patch = [op for goal in goals for op in late_flight(Airline(view), goal.arguments)]
        return Preparation(patch=patch)

    def contrast(self, view: View, draft: Draft, draw: random.Random) -> Contrast | None:
        """Return the draft on either side of a rule; None where it stands near none."""
        return rules_contrasts.contrast(view, draft, draw)

    def calls_of(self, goal: DraftGoal) -> Sequence[EnvironmentCall]:
        """Return the writes that the goal asks for, if it asks for any."""
        if goal.type not in GOALS or GOALS[goal.type].outcome != "fulfil":
            return ()
        return writes_of(goal)

    def flaw(self, draft: Draft) -> str | None:
        """Say why a draft is no draft of this domain."""
        return rules_schema.flaw(draft)

    def obstacle(self, world: World, goal: DraftGoal) -> str | None:
        """Say why a goal that writes nothing cannot come out as it should."""
        return rules.obstacle(world, goal)

    def objection(
        self, view: View, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> str | None:
        """Say which rule beyond the tools forbids the goal."""
        return rules.objection(view, customer_id, earlier, goal)

    def ambiguity(self, view: View, draft: Draft, goal: DraftGoal) -> str | None:
        """Say what else the customer's words could mean."""
        return rules_references.ambiguity(view, draft, goal)

    def compose(self, world: World, draft: Draft) -> Composition:
        """Put a possible draft into words."""
        return compose(world, draft)

    def near_misses(
        self, view: View, customer_id: str, call: EnvironmentCall
    ) -> list[EnvironmentCall]:
        """Return the call with one argument swapped for a plausible wrong one, in each way."""
        return solution_variants.near_misses(view, customer_id, call)

    def collateral(
        self, view: View, customer_id: str, calls: Sequence[EnvironmentCall]
    ) -> list[EnvironmentCall]:
        """Return writes beside the right ones: other things, other customers, the profile."""
        return solution_variants.collateral(view, customer_id, calls)

    def equivalents(self, call: EnvironmentCall) -> list[EnvironmentCall]:
        """Return other spellings of the same call."""
        return solution_variants.equivalents(call)
