"""The shop's procedural author: goals, rules, phrases and solutions behind one port."""

import random
from collections.abc import Sequence

from seawright_environment.core.drafting import Composition, Scene, View
from seawright_environment.core.world import World
from seawright_environment.domains.retail import rules, rules_references, solution_variants
from seawright_environment.domains.retail.goals import FEATURES, GOALS, draw_goal
from seawright_environment.domains.retail.goals_draws import Pen
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.solution import TRANSFER, compose
from seawright_shared.records.tasks import Draft, DraftGoal, EnvironmentCall, Outcome


class RetailAuthor:
    """Writes tasks for the shop, without any model."""

    goal_types: tuple[str, ...] = tuple(GOALS)
    features: tuple[str, ...] = FEATURES
    transfer_tool = TRANSFER

    def customers(self, view: View) -> Sequence[str]:
        """Return the ids of all customers, in order."""
        return view["users"].ids()

    def draw_goal(self, scene: Scene, goal_type: str, draw: random.Random) -> DraftGoal | None:
        """Return a goal that need not be possible; None where the customer cannot even ask."""
        return draw_goal(Pen(scene, Shop(scene.view), draw), goal_type)

    def outcome_of(self, goal: DraftGoal) -> Outcome:
        """Return what a right agent does about the goal."""
        return GOALS[goal.type].outcome

    def call_of(self, goal: DraftGoal) -> EnvironmentCall | None:
        """Return the write that the goal asks for; None where it asks for none."""
        if goal.type not in GOALS or GOALS[goal.type].outcome != "fulfil":
            return None
        return EnvironmentCall(requestor="assistant", name=goal.type, arguments=goal.arguments)

    def flaw(self, draft: Draft) -> str | None:
        """Say why a draft is no draft of this domain."""
        return rules.flaw(draft)

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


AUTHOR = RetailAuthor()
