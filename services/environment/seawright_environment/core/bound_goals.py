"""A wish bound to things, before it is a goal among the others of its scene."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.drafting import Scene
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import DraftGoal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A goal's arguments, the thing it is about, and what rules may test of it."""

    arguments: Mapping[str, JsonValue]
    entity: str
    features: Mapping[str, Scalar]


def bound_goal(scene: Scene, goal_type: str, bound: Bound) -> DraftGoal:
    """Return the goal that a bound wish is, after those before it."""
    previous = [goal.type for goal in scene.earlier if goal.entity == bound.entity]
    features: dict[str, Scalar] = {
        "goal": goal_type,
        "prev_tool": previous[-1] if previous else "none",
        "is_last": scene.is_last,
        **bound.features,
    }
    return DraftGoal(
        type=goal_type, arguments=dict(bound.arguments), entity=bound.entity, features=features
    )
