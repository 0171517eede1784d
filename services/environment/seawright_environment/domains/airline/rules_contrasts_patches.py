"""Patches that put a state just on one side of a rule, and views with them."""

import datetime

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.airline.goals_airline import (
    NOW_AT,
    RECENT_HOURS,
    hours_since,
)
from seawright_environment.domains.airline.goals_draws import Pen
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.tasks import PatchOp

_CANCELLED: JsonObject = {"status": "cancelled"}


def setting(reservation: Reservation, field: str, value: JsonValue) -> PatchOp:
    """Return the patch of one field of a reservation."""
    return PatchOp(
        path=["reservations", reservation["reservation_id"], field], op="set", value=value
    )


def made(reservation: Reservation, hours_ago: int) -> PatchOp:
    """Return the patch that has a reservation made so many hours ago."""
    made = NOW_AT - datetime.timedelta(hours=hours_ago)
    return setting(reservation, "created_at", made.isoformat())


def not_business(reservation: Reservation) -> list[PatchOp]:
    """Return the patch that takes a reservation out of business, where it is in it."""
    is_business = reservation["cabin"] == "business"
    return [setting(reservation, "cabin", "economy")] if is_business else []


def not_recent(reservation: Reservation) -> list[PatchOp]:
    """Return the patch that makes a reservation older than a day, where it is not."""
    is_recent = hours_since(reservation) <= RECENT_HOURS
    return [made(reservation, RECENT_HOURS + 1)] if is_recent else []


def cancelled_flight(pen: Pen, reservation: Reservation) -> PatchOp:
    """Return the patch that cancels one flight of a reservation."""
    flight = pen.draw.choice(reservation["flights"])
    path = ["flights", flight["flight_number"], "dates", flight["date"]]
    return PatchOp(path=[*path], op="set", value={**_CANCELLED})
