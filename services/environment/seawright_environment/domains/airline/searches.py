"""Searches for flights that can be booked: direct ones, and pairs with one stop."""

import datetime
import json
from collections.abc import Iterator
from typing import TypedDict, cast

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.searches import Lookup, search
from seawright_environment.core.state import State
from seawright_environment.domains.airline.state import Flight, flight_of

NEXT_DAY = "+1"
"""What an arrival time ends in where it is on the day after the departure."""


class FoundFlight(TypedDict):
    """A flight on a date, as a search tells it. Seats and prices are by cabin."""

    flight_number: str
    origin: str
    destination: str
    status: str
    scheduled_departure_time_est: str
    scheduled_arrival_time_est: str
    date: str | None
    available_seats: dict[str, int]
    prices: dict[str, int]


def search_direct_flight(
    state: State, origin: str | None, destination: str | None, date: str
) -> str:
    """Return the flights of this date that can be booked; what does not exist has none."""
    if _is_nowhere(state, origin, destination):
        return json.dumps([])
    found = list(_flights(state, date, origin, destination))
    if not state.base.is_exact:
        _set_date(found, date)
    return json.dumps(found)


def search_onestop_flight(
    state: State, origin: str | None, destination: str | None, date: str
) -> str:
    """Return pairs of flights, the second leaving no earlier than the first arrives."""
    if _is_nowhere(state, origin, destination):
        return json.dumps([])
    pairs: list[list[FoundFlight]] = []
    for first in _flights(state, date, origin, None):
        _set_date([first], date)
        arrival = first["scheduled_arrival_time_est"]
        onward = _day_of_arrival(state, date, arrival)
        leave_after = arrival if state.base.is_exact else arrival.removesuffix(NEXT_DAY)
        for second in _flights(state, onward, first["destination"], destination):
            if second["scheduled_departure_time_est"] >= leave_after:
                _set_date([second], onward)
                pairs.append([first, second])
    return json.dumps(pairs)


def _is_nowhere(state: State, origin: str | None, destination: str | None) -> bool:
    """Whether an airport is left out; to tau2-bench that is any airport."""
    return not state.base.is_exact and (origin is None or destination is None)


def _day_of_arrival(state: State, date: str, arrival: str) -> str:
    if NEXT_DAY not in arrival:
        return date
    if state.base.is_exact:
        # tau2-bench's own arithmetic: always May, and one digit stays one digit.
        return f"2024-05-{int(date[-2:]) + 1}"
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat()


def _flights(
    state: State, date: str, origin: str | None, destination: str | None
) -> Iterator[FoundFlight]:
    """Yield flights in the data's order; None is any airport."""
    for flight_number in _leaving(state, origin):
        flight = flight_of(state, flight_number)
        if destination is not None and flight["destination"] != destination:
            continue
        day = flight["dates"].get(date)
        if day is None or day["status"] != "available":
            continue
        assert "available_seats" in day
        assert "prices" in day
        yield FoundFlight(
            flight_number=flight_number,
            origin=flight["origin"],
            destination=flight["destination"],
            status="available",
            scheduled_departure_time_est=flight["scheduled_departure_time_est"],
            scheduled_arrival_time_est=flight["scheduled_arrival_time_est"],
            date=None,
            available_seats=day["available_seats"],
            prices=day["prices"],
        )


def _leaving(state: State, origin: object) -> list[str]:
    if origin is None:
        return list(state.table("flights"))
    return search(state, _BY_ORIGIN, origin) if isinstance(origin, str) else []


def _origin(entity: JsonObject) -> str:
    return cast("Flight", cast("object", entity))["origin"]


_BY_ORIGIN = Lookup(table="flights", name="origin", key=_origin)


def _set_date(flights: list[FoundFlight], date: str) -> None:
    for flight in flights:
        flight["date"] = date
