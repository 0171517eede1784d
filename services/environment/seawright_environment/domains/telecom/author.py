"""The carrier's procedural author: goals, rules, phrases and solutions behind one port."""

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
from seawright_environment.domains.telecom import (
    rules,
    rules_contrasts,
    rules_references,
    rules_schema,
    solution_variants,
)
from seawright_environment.domains.telecom.goals import FEATURES, GOALS, draw_goal
from seawright_environment.domains.telecom.goals_carrier import Carrier
from seawright_environment.domains.telecom.goals_draws import Pen
from seawright_environment.domains.telecom.rules_policy import POLICY_RULES
from seawright_environment.domains.telecom.rules_preparing import preparation
from seawright_environment.domains.telecom.solution import compose
from seawright_environment.domains.telecom.solution_guidance import TRANSFER, writes_of
from seawright_shared.records.domains import GoalKind, PolicyRule
from seawright_shared.records.tasks import Draft, DraftGoal, EnvironmentCall


class TelecomAuthor:
    """Writes tasks for both forms of the carrier, without any model."""

    goal_types: tuple[str, ...] = tuple(GOALS)
    features: tuple[str, ...] = FEATURES
    kinds: Mapping[str, GoalKind] = {name: goal.kind(name) for name, goal in GOALS.items()}
    policy_rules: tuple[PolicyRule, ...] = POLICY_RULES
    transfer_tool = TRANSFER

    def customers(self, view: View) -> Sequence[str]:
        """Return the ids of all customers, in order."""
        return view["customers"].ids()

    def draw_goal(self, scene: Scene, goal_type: str, draw: random.Random) -> DraftGoal | None:
        """Return a goal that need not be possible; None where the customer has no line."""
        return draw_goal(Pen(scene, Carrier(scene.view), draw), goal_type)

    def prepare(
        self, view: View, customer_id: str, goals: Sequence[DraftGoal], draw: random.Random
    ) -> Preparation:
        """Return the calls that put the customer's phone on his line, and what is wrong there."""
        del draw
        return preparation(Carrier(view), customer_id, goals)

    def contrast(self, view: View, draft: Draft, draw: random.Random) -> Contrast | None:
        """Return the draft on either side of a rule; None where it stands near none."""
        return rules_contrasts.contrast(view, draft, draw)

    def calls_of(self, goal: DraftGoal) -> Sequence[EnvironmentCall]:
        """Return the goal's writes, of both parties, in order."""
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
        """Return writes beside the right ones: other lines, other customers, the phone."""
        return solution_variants.collateral(view, customer_id, calls)

    def equivalents(self, call: EnvironmentCall) -> list[EnvironmentCall]:
        """Return other spellings of the same call."""
        return solution_variants.equivalents(call)


AUTHOR = TelecomAuthor()
