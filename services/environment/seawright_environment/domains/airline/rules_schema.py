"""What a draft of this domain must look like before anything else is asked of it."""

from collections.abc import Callable, Mapping
from typing import get_args

from pydantic import BaseModel, JsonValue, ValidationError

from seawright_environment.domains.airline.goals import GOALS, WRITES
from seawright_environment.domains.airline.goals_binding import (
    COMPLAINTS,
    FACTS,
    REASONS,
    REQUESTS,
)
from seawright_environment.domains.airline.goals_delays import HAPPENINGS
from seawright_environment.domains.airline.goals_draws import CABINS
from seawright_environment.domains.airline.goals_itineraries import CHOICES
from seawright_environment.domains.airline.models import FlightInfo, Passenger, Payment
from seawright_shared.records.tasks import Disclosure, Draft

_DISCLOSURES = get_args(Disclosure)
_REFERENCES = ("id", "item", "status")
_UPDATE = ("reservation_id", "cabin", "flights", "payment_id")
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "cancel": ("reservation_id", "reason"),
    "flights": _UPDATE,
    "cabin": _UPDATE,
    "bags": ("reservation_id", "total_baggages", "nonfree_baggages", "payment_id"),
    "passengers": ("reservation_id", "passengers"),
    "compensation": ("reservation_id", "complaint", "user_id", "amount"),
    "delay": (
        "reservation_id",
        "reason",
        "user_id",
        "amount",
        "flight_number",
        "date",
        "happened",
    ),
    "info": ("reservation_id", "fact"),
    "human": ("request",),
}
"""By the words of the goal type; a booking's are its tool's, and what chose the flights."""
_CHOSEN_BY = ("choice", "date")


def flaw(draft: Draft) -> str | None:
    """Say why a draft is none of this domain: unknown kinds, missing or wrong arguments."""
    if not draft.goals:
        return "no goal"
    if draft.disclosure not in _DISCLOSURES or draft.reference not in _REFERENCES:
        return "no phrases for this disclosure or reference"
    for goal in draft.goals:
        kind = GOALS.get(goal.type)
        if kind is None:
            return "unknown goal type"
        wanted = _ARGUMENTS.get(kind.words) or (*WRITES["book"]["book_reservation"], *_CHOSEN_BY)
        if set(goal.arguments) != set(wanted):
            return f"{goal.type} takes {', '.join(wanted)}"
        for name, value in goal.arguments.items():
            if not _SHAPES.get(name, _is_text)(value):
                return f"{goal.type}.{name} has a wrong value"
        if goal.arguments.get("user_id", draft.customer_id) != draft.customer_id:
            return "a customer speaks for himself"
    return None


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: JsonValue) -> bool:
    return type(value) is int and value >= 0


def _is_one_of(*allowed: str) -> Callable[[JsonValue], bool]:
    return lambda value: value in allowed


def _are(model: type[BaseModel]) -> Callable[[JsonValue], bool]:
    def fits(value: JsonValue) -> bool:
        try:
            return isinstance(value, list) and [model.model_validate(one) for one in value] != []
        except ValidationError:
            return False

    return fits


_SHAPES: Mapping[str, Callable[[JsonValue], bool]] = {
    "reason": _is_one_of(*REASONS),
    "complaint": _is_one_of(*COMPLAINTS),
    "happened": _is_one_of(*HAPPENINGS),
    "fact": _is_one_of(*FACTS),
    "request": _is_one_of(*REQUESTS),
    "choice": _is_one_of(*CHOICES),
    "cabin": _is_one_of(*CABINS),
    "insurance": _is_one_of("yes", "no"),
    "flight_type": _is_one_of("one_way"),
    "flights": _are(FlightInfo),
    "passengers": _are(Passenger),
    "payment_methods": _are(Payment),
    "total_baggages": _is_count,
    "nonfree_baggages": _is_count,
    "amount": _is_count,
}
