"""Checks of arguments that tau2-bench leaves out; generated airlines have them."""

from collections.abc import Sequence
from reprlib import repr as shortened
from typing import TypeVar, cast, get_args

from pydantic import BaseModel, JsonValue

from seawright_environment.domains.airline.models import Cabin, FlightInfo, items_of

Model = TypeVar("Model", bound=BaseModel)


def whole_number(name: str, value: JsonValue, *, at_least: int) -> int:
    """Return the number, or refuse what is none, or too small."""
    if type(value) is not int:
        raise ValueError(f"{name} should be a whole number, not {shortened(value)}")
    if value < at_least:
        raise ValueError(f"{name} should be at least {at_least}, not {value}")
    return value


def cabin_named(value: JsonValue) -> Cabin:
    """Return the cabin, or refuse what is none."""
    return cast("Cabin", one_of("cabin", value, get_args(Cabin)))


def one_of(name: str, value: JsonValue, allowed: Sequence[str]) -> str:
    """Return the value if it is allowed, or refuse it."""
    if value not in allowed:
        raise ValueError(f"{name} should be one of {', '.join(allowed)}, not {shortened(value)}")
    return cast("str", value)


def several(name: str, model: type[Model], value: JsonValue) -> list[Model]:
    """Return the items of a list of one or more objects, or refuse what is none."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} should be a list of objects")
    if not value:
        raise ValueError(f"{name} should not be empty")
    return list(items_of(model, cast("JsonValue", value)))


def distinct_flights(value: JsonValue) -> list[FlightInfo]:
    """Return the flights wanted, none of them twice on one date."""
    wanted = several("flights", FlightInfo, value)
    seen: set[tuple[str, str]] = set()
    for info in wanted:
        if (info.flight_number, info.date) in seen:
            raise ValueError(f"Flight {info.flight_number} is named twice on date {info.date}")
        seen.add((info.flight_number, info.date))
    return wanted
