"""Wishes about a flight that is late, and the state in which it is."""

import datetime
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from seawright_environment.core.bound_goals import Bound
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_binding import (
    COMPLAINTS,
    REASONS,
    bound_cancel,
)
from seawright_environment.domains.airline.goals_draws import Chosen, Pen, chosen_flights
from seawright_environment.domains.airline.goals_views import patched
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import PatchOp

HAPPENINGS = ("delayed", "on time")
"""What is true of a flight that a customer calls delayed."""
_NOT_LEFT = ("available", "on time", "delayed")
_HOURS_LATE = 2


def bind_delay(pen: Pen) -> Bound | None:
    """Return a reservation to cancel because of a flight that is late, or is said to be."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    reservation = pen.airline.reservation(reservation_id)
    flight = Chosen(flight_number="SWR001", date="2024-05-15")
    if reservation is not None:
        flight = pen.draw.choice(chosen_flights(reservation["flights"]))
    reason = pen.draw.choice(REASONS)
    return bound_delay(pen, reservation_id, flight, reason, pen.draw.choice(HAPPENINGS))


def bound_delay(pen: Pen, reservation_id: str, flight: Chosen, reason: str, happened: str) -> Bound:
    """Return the wish to cancel because of a flight, in the state in which that has happened."""
    reservation = pen.airline.reservation(reservation_id)
    num = len(reservation["passengers"]) if reservation is not None else 1
    arguments: dict[str, JsonValue] = {
        "reservation_id": reservation_id,
        "reason": reason,
        "user_id": pen.customer,
        "amount": COMPLAINTS["delayed"] * num,
        **flight.argument(),
        "happened": happened,
    }
    view = patched(pen.airline.view, late_flight(pen.airline, arguments))
    there = Pen(replace(pen.scene, view=view), Airline(view), pen.draw)
    bound = bound_cancel(there, reservation_id, reason)
    features: dict[str, Scalar] = {**bound.features, "happened": happened}
    if reservation is not None:
        features["compensation.entitled"] = pen.airline.is_entitled(reservation)
        is_late = there.airline.status(flight.flight_number, flight.date) == "delayed"
        features["complaint.true"] = is_late
    return Bound(arguments=arguments, entity=reservation_id, features=features)


def late_flight(airline: Airline, arguments: Mapping[str, JsonValue]) -> list[PatchOp]:
    """Return the patch that lets happen to a flight what a goal says; none where it has left."""
    happened = arguments.get("happened")
    if not isinstance(happened, str):
        return []
    number, date = str(arguments["flight_number"]), str(arguments["date"])
    flight = airline.flight(number)
    if flight is None or airline.status(number, date) not in _NOT_LEFT:
        return []
    late = datetime.timedelta(hours=_HOURS_LATE if happened == "delayed" else 0)
    leaves = datetime.datetime.fromisoformat(f"{date}T{flight['scheduled_departure_time_est']}")
    day: JsonValue = {
        "status": happened,
        "estimated_departure_time_est": (leaves + late).isoformat(),
    }
    return [PatchOp(path=["flights", number, "dates", date], op="set", value=day)]
