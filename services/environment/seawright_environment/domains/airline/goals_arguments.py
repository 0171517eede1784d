"""A goal's arguments, with their types."""

from collections.abc import Mapping
from typing import TypeVar, cast

from pydantic import JsonValue

from seawright_environment.domains.airline.goals_draws import Chosen, chosen_flights
from seawright_environment.domains.airline.state import Passenger
from seawright_shared.records.tasks import DraftGoal

T = TypeVar("T", str, int)


def text_argument(goal: DraftGoal, name: str) -> str:
    """Return an argument that is text."""
    return _typed(goal, name, str)


def number_argument(goal: DraftGoal, name: str) -> int:
    """Return an argument that is a whole number."""
    return _typed(goal, name, int)


def _typed(goal: DraftGoal, name: str, kind: type[T]) -> T:
    value = goal.arguments[name]
    assert isinstance(value, kind), f"{goal.type}.{name} is {value!r}"
    return value


def flights_argument(goal: DraftGoal) -> list[Chosen]:
    """Return the flights that a goal names."""
    return chosen_flights(cast("list[Mapping[str, object]]", goal.arguments["flights"]))


def passengers_argument(goal: DraftGoal) -> list[Passenger]:
    """Return the passengers that a goal names."""
    return cast("list[Passenger]", goal.arguments["passengers"])


def payments_argument(goal: DraftGoal) -> list[tuple[str, int]]:
    """Return who pays how much for a booking."""
    payments = cast("list[Mapping[str, JsonValue]]", goal.arguments["payment_methods"])
    return [(str(one["payment_id"]), cast("int", one["amount"])) for one in payments]
