"""Calls beside the right one: near misses, damage elsewhere, and other spellings."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.drafting import View
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_draws import CABINS, passenger_arguments
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.tasks import EnvironmentCall

_MAX_OTHERS = 2
"""Near misses of one argument."""
_SOMEBODY: dict[str, JsonValue] = {
    "first_name": "Wrong",
    "last_name": "Person",
    "dob": "1970-01-01",
}


def near_misses(view: View, customer_id: str, call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return the call with one argument swapped for a plausible other one, in each way."""
    airline = Airline(view)
    return [
        _with(call, name, other)
        for name, value in call.arguments.items()
        for other in _others(airline, customer_id, name, value)
    ]


def collateral(
    view: View, customer_id: str, calls: Sequence[EnvironmentCall]
) -> list[EnvironmentCall]:
    """Return writes beside the right ones; a refused one changes nothing and counts for nothing."""
    airline = Airline(view)
    touched = [call.arguments.get("reservation_id") for call in calls]
    mine = airline.reservations_of(customer_id)
    own = [one for one in mine if one["reservation_id"] not in touched and not one["status"]]
    stranger = next(_of_others(airline, customer_id), None)
    victims = [*own[:_MAX_OTHERS], *([stranger] if stranger else [])]
    damage = [_cancelling(victim) for victim in victims]
    for reservation_id in dict.fromkeys(touched):
        reservation = airline.reservation(str(reservation_id)) if reservation_id else None
        if reservation is not None:
            damage.append(_renaming(reservation))
    damage.append(_call("send_certificate", {"user_id": customer_id, "amount": 75}))
    return damage


def equivalents(call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return other spellings that a right checker accepts: letters of names."""
    if call.name != "update_reservation_passengers":
        return []
    passengers = cast("list[dict[str, JsonValue]]", call.arguments["passengers"])
    shouted: list[JsonValue] = [
        {**one, "last_name": str(one["last_name"]).upper()} for one in passengers
    ]
    return [_with(call, "passengers", shouted)]


def _others(airline: Airline, customer_id: str, name: str, value: JsonValue) -> Iterator[JsonValue]:
    if name == "reservation_id":
        ids = [one["reservation_id"] for one in airline.reservations_of(customer_id)]
        yield from [other for other in ids if other != value][:_MAX_OTHERS]
    elif name == "user_id":
        yield from islice((other for other in airline.view["users"] if other != value), 1)
    elif name == "payment_id":
        methods = airline.user(customer_id)["payment_methods"]
        yield from [other for other in methods if other != value][:_MAX_OTHERS]
    elif name == "cabin":
        yield from [other for other in CABINS if other != value]
    elif name == "insurance":
        yield "no" if value == "yes" else "yes"
    elif name in {"total_baggages", "nonfree_baggages", "amount"} and isinstance(value, int):
        yield value + (50 if name == "amount" else 1)
    elif name == "passengers":
        yield from _other_passengers(cast("list[JsonValue]", value))
    elif name == "flights":
        yield from _other_flights(airline, cast("list[Mapping[str, str]]", value))
    elif name == "payment_methods" and isinstance(value, list):
        yield [dict(cast("Mapping[str, JsonValue]", one)) for one in value[1:]]


def _other_passengers(passengers: list[JsonValue]) -> Iterator[JsonValue]:
    yield [dict(_SOMEBODY), *passengers[1:]]
    if len(passengers) > 1:
        yield passengers[:-1]


def _other_flights(airline: Airline, flights: Sequence[Mapping[str, str]]) -> Iterator[JsonValue]:
    """Yield the flights with one of them on another date on which it can be booked."""
    for place, chosen in enumerate(flights):
        flight = airline.flight(chosen["flight_number"])
        days = flight["dates"] if flight is not None else {}
        open_dates = [date for date, day in days.items() if day["status"] == "available"]
        for date in [other for other in open_dates if other != chosen["date"]][:1]:
            swapped = [dict(one) for one in flights]
            swapped[place]["date"] = date
            yield cast("JsonValue", swapped)


def _cancelling(reservation: Reservation) -> EnvironmentCall:
    return _call("cancel_reservation", {"reservation_id": reservation["reservation_id"]})


def _renaming(reservation: Reservation) -> EnvironmentCall:
    others = passenger_arguments(reservation["passengers"][1:])
    return _call(
        "update_reservation_passengers",
        {
            "reservation_id": reservation["reservation_id"],
            "passengers": [dict(_SOMEBODY), *others],
        },
    )


def _of_others(airline: Airline, customer_id: str) -> Iterator[Reservation]:
    for reservation_id in airline.view["reservations"]:
        reservation = airline.reservation(reservation_id)
        if reservation and reservation["user_id"] != customer_id and not reservation["status"]:
            yield reservation


def _call(name: str, arguments: dict[str, JsonValue]) -> EnvironmentCall:
    return EnvironmentCall(requestor="assistant", name=name, arguments=arguments)


def _with(call: EnvironmentCall, name: str, value: JsonValue) -> EnvironmentCall:
    return call.model_copy(update={"arguments": {**call.arguments, name: value}})
