"""What the policy says to each kind of wish about a reservation, in the state just before it."""

from collections import Counter
from collections.abc import Callable, Mapping

from seawright_environment.domains.airline.goals_airline import Airline, keeps_route
from seawright_environment.domains.airline.goals_arguments import (
    flights_argument,
    number_argument,
    passengers_argument,
    payments_argument,
    text_argument,
)
from seawright_environment.domains.airline.goals_binding import COMPLAINTS, paid_bags
from seawright_environment.domains.airline.goals_booking import price_of_booking, shares
from seawright_environment.domains.airline.goals_draws import (
    Chosen,
    chosen_flights,
    real_flights,
)
from seawright_environment.domains.airline.goals_itineraries import Trip, best_itineraries
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.tasks import DraftGoal

MAX_PASSENGERS = 5
MAX_METHODS = {"certificate": 1, "credit_card": 1, "gift_card": 3}
_ANOTHERS = "a payment method belongs to another customer"
_BETTER = "another flight fits the customer's words better"
_COUNTED = "the bags are counted otherwise"
_ADDED_UP = "the payments add up otherwise by now"
BESIDE_POLICY = (_ANOTHERS, _BETTER, _COUNTED, _ADDED_UP)
"""Objections to a booking that are none to what the customer asked for."""
_OVER = "the trip was flown to its end"
_LEFT = ("landed", "flying")


def trip_of(goal: DraftGoal) -> Trip:
    """Return what a customer wants to book."""
    return Trip(
        origin=text_argument(goal, "origin"),
        destination=text_argument(goal, "destination"),
        date=text_argument(goal, "date"),
        cabin=text_argument(goal, "cabin"),
        num_passengers=len(passengers_argument(goal)),
        choice=text_argument(goal, "choice"),
    )


def objection_to_booking(airline: Airline, goal: DraftGoal) -> str | None:
    """Say which rule forbids a booking, or why it is not what the customer asked for."""
    user_id = text_argument(goal, "user_id")
    payments = payments_argument(goal)
    methods = [airline.method(user_id, payment_id) for payment_id, _ in payments]
    owned = [method for method in methods if method is not None]
    if len(owned) < len(methods):
        return _ANOTHERS
    best = [list(way.legs) for way in best_itineraries(airline, trip_of(goal))]
    if flights_argument(goal) not in best:
        return _BETTER
    kinds = Counter(method["source"] for method in owned)
    if any(num > MAX_METHODS[kind] for kind, num in kinds.items()):
        return "a reservation is not paid by so many methods"
    if len(passengers_argument(goal)) > MAX_PASSENGERS:
        return "a reservation is for five passengers at most"
    total = number_argument(goal, "total_baggages")
    num, cabin = len(passengers_argument(goal)), text_argument(goal, "cabin")
    free = airline.free_bags(user_id, cabin, num)
    if number_argument(goal, "nonfree_baggages") != max(0, total - free):
        return _COUNTED
    price = price_of_booking(airline, trip_of(goal), flights_argument(goal), goal.arguments)
    if shares(owned, price) != [amount for _, amount in payments]:
        return _ADDED_UP
    return None


def _to_cancelling(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) != "none":
        return "a part of it was flown"
    is_open = airline.ground(reservation, text_argument(goal, "reason")) != "none"
    return None if is_open else "there is no ground to cancel it"


def _to_flights(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    flights = flights_argument(goal)
    if airline.flown(reservation) == "all":
        return _OVER
    if reservation["cabin"] == "basic_economy":
        return "flights in basic economy stay"
    given_up = [one for one in chosen_flights(reservation["flights"]) if one not in flights]
    if any(_has_left(airline, one) for one in given_up):
        return "a flight that has left stays"
    if not keeps_route(reservation, real_flights(airline, flights)):
        return "the airports stay"
    is_same = text_argument(goal, "cabin") == reservation["cabin"]
    return None if is_same else "the cabin is another by now"


def _to_cabin(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) != "none":
        return "the cabin stays once a flight was flown"
    held = chosen_flights(reservation["flights"])
    return None if flights_argument(goal) == held else "the flights are others by now"


def _to_bags(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) == "all":
        return _OVER
    wanted = paid_bags(airline, reservation, number_argument(goal, "total_baggages"))
    is_right = number_argument(goal, "nonfree_baggages") == wanted
    return None if is_right else "the bags are counted otherwise by now"


def _to_passengers(airline: Airline, goal: DraftGoal) -> str | None:
    return _OVER if airline.flown(_of(airline, goal)) == "all" else None


def _to_compensation(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    complaint = text_argument(goal, "complaint")
    if not airline.is_entitled(reservation):
        return "there is no compensation for this customer and reservation"
    if complaint not in airline.statuses(reservation):
        return f"no flight of it was {complaint}"
    amount = COMPLAINTS[complaint] * len(reservation["passengers"])
    is_right = number_argument(goal, "amount") == amount
    return None if is_right else "the amount is another"


def _of(airline: Airline, goal: DraftGoal) -> Reservation:
    reservation = airline.reservation(text_argument(goal, "reservation_id"))
    assert reservation is not None, "only what exists is spoken of"
    return reservation


def _has_left(airline: Airline, flight: Chosen) -> bool:
    return airline.status(flight.flight_number, flight.date) in _LEFT


Objection = Callable[[Airline, DraftGoal], str | None]
OBJECTIONS: Mapping[str, Objection] = {
    "cancel": _to_cancelling,
    "flights": _to_flights,
    "cabin": _to_cabin,
    "bags": _to_bags,
    "passengers": _to_passengers,
    "compensation": _to_compensation,
    "book": objection_to_booking,
}
"""By the words of the goal type."""
