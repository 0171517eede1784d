"""What tau2-bench checks arguments with: the same fields, so that wrong ones are told the same."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar, cast

from pydantic import BaseModel, JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject, copied

FlightType = Literal["round_trip", "one_way"]
Cabin = Literal["business", "economy", "basic_economy"]
Insurance = Literal["yes", "no"]


class FlightInfo(BaseModel):
    """A flight that is asked for."""

    flight_number: str
    date: str


class Passenger(BaseModel):
    """Who flies."""

    first_name: str
    last_name: str
    dob: str


class Payment(BaseModel):
    """What one payment method pays."""

    payment_id: str
    amount: int


class Certificate(BaseModel):
    """A certificate of some dollars."""

    source: Literal["certificate"]
    id: str
    amount: float


class ReservationFlight(BaseModel):
    """A flight as it was booked."""

    flight_number: str
    origin: str
    destination: str
    date: str
    price: int


class Reservation(BaseModel):
    """A reservation. Its name, as those of its fields, is part of the refusals."""

    reservation_id: str
    user_id: str
    origin: str
    destination: str
    flight_type: FlightType
    cabin: Cabin
    flights: list[ReservationFlight]
    passengers: list[Passenger]
    payment_history: list[Payment]
    created_at: str
    total_baggages: int
    nonfree_baggages: int
    insurance: Insurance
    status: Literal["cancelled"] | None = None


Model = TypeVar("Model", bound=BaseModel)
_LINK = re.compile(
    r"^(    For further information visit https://errors\.pydantic\.dev/)[0-9.]+/", re.M
)
_LINKED = r"\g<1>2.12/"
"""tau2-bench's records were made with this version of pydantic, which its refusals name."""


def validated(model: type[Model], fields: Mapping[str, object]) -> Model:
    """Return the model of these fields, or refuse in tau2-bench's words."""
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        raise ValueError(_LINK.sub(_LINKED, str(error))) from error


def items_of(model: type[Model], values: JsonValue) -> Sequence[Model]:
    """Return a list's objects as models; where one is no object, the values as they were given.

    What is no list, or holds no objects, fails or passes later as it does in Python.
    """
    items = cast("list[JsonValue]", values)
    if not all(isinstance(item, dict) for item in items):
        return cast("Sequence[Model]", values)
    return [validated(model, cast("JsonObject", item)) for item in items]


def plain(values: Sequence[object]) -> JsonValue:
    """Return what the state keeps of `items_of`."""
    kept: list[JsonValue] = [item.model_dump() for item in values if isinstance(item, BaseModel)]
    if len(kept) == len(values) and isinstance(values, list):
        return kept
    return copied(cast("JsonValue", values))
