"""What a right agent looks up: the customer, then what his words refer to."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from seawright_environment.domains.airline.goals import GOALS
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_arguments import (
    flights_argument,
    text_argument,
)
from seawright_environment.domains.airline.goals_draws import chosen_flights
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import Draft, DraftGoal

_ABOUT_STATUS = ("cancel", "delay", "compensation", "cabin", "flights")
"""Wishes that are answered by how the flights of a reservation stand."""

Read = tuple[str, dict[str, JsonValue]]


def reads_of(airline: Airline, draft: Draft, goal: DraftGoal, *, prefix: str) -> list[ToolCall]:
    """Return the look-ups before a wish can be answered, in order."""
    if goal.type == "book_reservation":
        reads = list(_searches(goal))
    elif "reservation_id" in goal.arguments:
        reads = [*_reservations(airline, draft, goal), *_about(airline, goal)]
    else:
        reads = []
    return [
        ToolCall(id=f"{prefix}_{number}", name=name, arguments=arguments)
        for number, (name, arguments) in enumerate(reads)
    ]


def _searches(goal: DraftGoal) -> Iterator[Read]:
    wanted: dict[str, JsonValue] = {
        name: goal.arguments[name] for name in ("origin", "destination", "date")
    }
    yield "search_direct_flight", wanted
    if goal.arguments["choice"] != "nonstop":
        yield "search_onestop_flight", wanted


def _reservations(airline: Airline, draft: Draft, goal: DraftGoal) -> Iterator[Read]:
    """Yield the reservation, after those that have to be looked through to find it."""
    wanted = text_argument(goal, "reservation_id")
    if draft.reference != "id":
        for reservation in airline.reservations_of(draft.customer_id):
            if reservation["reservation_id"] == wanted:
                break
            yield "get_reservation_details", {"reservation_id": reservation["reservation_id"]}
    yield "get_reservation_details", {"reservation_id": wanted}


def _about(airline: Airline, goal: DraftGoal) -> Iterator[Read]:
    reservation = airline.reservation(text_argument(goal, "reservation_id"))
    if reservation is None:
        return
    words = GOALS[goal.type].words
    if words in _ABOUT_STATUS:
        for flight in chosen_flights(reservation["flights"]):
            yield "get_flight_status", flight.argument()
    elif goal.arguments.get("fact") == "flight_status":
        yield "get_flight_status", chosen_flights(reservation["flights"])[0].argument()
    if words in ("flights", "cabin"):
        yield from _prices(airline, reservation, goal)


def _prices(airline: Airline, reservation: Reservation, goal: DraftGoal) -> Iterator[Read]:
    """Yield the searches that show seats and prices of what is not held already."""
    is_kept = goal.arguments["cabin"] == reservation["cabin"]
    held = chosen_flights(reservation["flights"])
    for one in flights_argument(goal):
        flight = airline.flight(one.flight_number)
        if flight is not None and not (is_kept and one in held):
            found: Mapping[str, JsonValue] = {
                "origin": flight["origin"],
                "destination": flight["destination"],
                "date": one.date,
            }
            yield "search_direct_flight", dict(found)
