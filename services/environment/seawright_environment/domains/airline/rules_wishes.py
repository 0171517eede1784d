"""What the policy says to each kind of wish about a reservation, in the state just before it."""

from collections import Counter
from collections.abc import Callable, Mapping

from seawright_environment.domains.airline.bookings import BAG_PRICE
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
    price_of_update,
    real_flights,
)
from seawright_environment.domains.airline.goals_itineraries import Trip, best_itineraries
from seawright_environment.domains.airline.state import PaymentMethod, Reservation
from seawright_shared.records.tasks import DraftGoal

MAX_PASSENGERS = 5
MAX_METHODS = {"certificate": 1, "credit_card": 1, "gift_card": 3}
NO_RULE = "none"
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


def rule_against(airline: Airline, words: str, goal: DraftGoal) -> str:
    """Return the id of the policy's rule that forbids a wish, or `none`.

    Whose reservations and payment methods are spoken of, and what was asked before, is not looked at.
    """
    forbidden = _AGAINST.get(words)
    found = forbidden(airline, goal) if forbidden is not None else None
    return found or NO_RULE


def mismatch(airline: Airline, words: str, goal: DraftGoal) -> str | None:
    """Say why a goal's arguments are not what the customer's words mean in this state."""
    differs = _MISMATCHES.get(words)
    return differs(airline, goal) if differs is not None else None


def _cancelling(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) != "none":
        return "cancel.flown"
    is_open = airline.ground(reservation, text_argument(goal, "reason")) != "none"
    return None if is_open else "cancel.grounds"


def _flights(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    flights = flights_argument(goal)
    if airline.flown(reservation) == "all":
        return "changes.over"
    if reservation["cabin"] == "basic_economy":
        return "flights.basic_economy"
    given_up = [one for one in chosen_flights(reservation["flights"]) if one not in flights]
    if any(_has_left(airline, one) for one in given_up):
        return "flights.flown"
    if not keeps_route(reservation, real_flights(airline, flights)):
        return "flights.route"
    return _paying(airline, goal, reservation)


def _cabin(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) != "none":
        return "cabin.flown"
    return _paying(airline, goal, reservation)


def _bags(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) == "all":
        return "changes.over"
    if number_argument(goal, "total_baggages") < reservation["total_baggages"]:
        return "bags.added"
    return _paying(airline, goal, reservation)


def _passengers(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if airline.flown(reservation) == "all":
        return "changes.over"
    is_same = len(passengers_argument(goal)) == len(reservation["passengers"])
    return None if is_same else "passengers.number"


def _compensation(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    if not airline.is_entitled(reservation):
        return "compensation.entitled"
    is_true = text_argument(goal, "complaint") in airline.statuses(reservation)
    return None if is_true else "compensation.facts"


def _delay(airline: Airline, goal: DraftGoal) -> str | None:
    reservation = _of(airline, goal)
    flight = Chosen(
        flight_number=text_argument(goal, "flight_number"), date=text_argument(goal, "date")
    )
    against = _cancelling(airline, goal)
    if against is None and not airline.is_entitled(reservation):
        return "compensation.entitled"
    is_held = flight in chosen_flights(reservation["flights"])
    is_late = is_held and airline.status(flight.flight_number, flight.date) == "delayed"
    return against or (None if is_late else "compensation.facts")


def _booking(airline: Airline, goal: DraftGoal) -> str | None:
    payments = [(method, amount) for method, amount in _payments(airline, goal) if method]
    kinds = Counter(method["source"] for method, _ in payments)
    if any(num > MAX_METHODS[kind] for kind, num in kinds.items()):
        return "booking.paying"
    if any("amount" in method and method["amount"] < amount for method, amount in payments):
        return "booking.paying"
    return "booking.passengers" if len(passengers_argument(goal)) > MAX_PASSENGERS else None


def _paying(airline: Airline, goal: DraftGoal, reservation: Reservation) -> str | None:
    """Return the rule against the method that pays a difference: one that cannot, or holds less."""
    method = airline.method(reservation["user_id"], text_argument(goal, "payment_id"))
    if method is None:
        return None
    if method["source"] == "certificate":
        return "paying.update"
    due = price_of(airline, reservation, goal)
    return "paying.update" if "amount" in method and method["amount"] < due else None


def price_of(airline: Airline, reservation: Reservation, goal: DraftGoal) -> int:
    """Return the dollars due for a change of a reservation; less than 0 is given back."""
    if "nonfree_baggages" in goal.arguments:
        paid = number_argument(goal, "nonfree_baggages")
        return BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    cabin = text_argument(goal, "cabin")
    return price_of_update(airline, reservation, flights_argument(goal), cabin)


def _other_booking(airline: Airline, goal: DraftGoal) -> str | None:
    methods = [method for method, _ in _payments(airline, goal)]
    owned = [method for method in methods if method is not None]
    if len(owned) < len(methods):
        return "a payment method belongs to another customer"
    best = [list(way.legs) for way in best_itineraries(airline, trip_of(goal))]
    if flights_argument(goal) not in best:
        return "another flight fits the customer's words better"
    total = number_argument(goal, "total_baggages")
    num, cabin = len(passengers_argument(goal)), text_argument(goal, "cabin")
    free = airline.free_bags(text_argument(goal, "user_id"), cabin, num)
    if number_argument(goal, "nonfree_baggages") != max(0, total - free):
        return "the bags are counted otherwise"
    price = price_of_booking(airline, trip_of(goal), flights_argument(goal), goal.arguments)
    is_right = shares(owned, price) == [amount for _, amount in payments_argument(goal)]
    return None if is_right else "the payments add up otherwise by now"


def _other_cabin(airline: Airline, goal: DraftGoal) -> str | None:
    is_same = text_argument(goal, "cabin") == _of(airline, goal)["cabin"]
    return None if is_same else "the cabin is another by now"


def _other_flights(airline: Airline, goal: DraftGoal) -> str | None:
    held = chosen_flights(_of(airline, goal)["flights"])
    return None if flights_argument(goal) == held else "the flights are others by now"


def _other_bags(airline: Airline, goal: DraftGoal) -> str | None:
    total = number_argument(goal, "total_baggages")
    wanted = paid_bags(airline, _of(airline, goal), total)
    is_right = number_argument(goal, "nonfree_baggages") == wanted
    return None if is_right else "the bags are counted otherwise by now"


def _other_amount(airline: Airline, goal: DraftGoal) -> str | None:
    each = COMPLAINTS[str(goal.arguments.get("complaint", "delayed"))]
    is_right = number_argument(goal, "amount") == each * len(_of(airline, goal)["passengers"])
    return None if is_right else "the amount is another"


def _payments(airline: Airline, goal: DraftGoal) -> list[tuple[PaymentMethod | None, int]]:
    user_id = text_argument(goal, "user_id")
    return [(airline.method(user_id, name), amount) for name, amount in payments_argument(goal)]


def _of(airline: Airline, goal: DraftGoal) -> Reservation:
    reservation = airline.reservation(text_argument(goal, "reservation_id"))
    assert reservation is not None, "only what exists is spoken of"
    return reservation


def _has_left(airline: Airline, flight: Chosen) -> bool:
    return airline.status(flight.flight_number, flight.date) in _LEFT


_Look = Callable[[Airline, DraftGoal], str | None]
_AGAINST: Mapping[str, _Look] = {
    "cancel": _cancelling,
    "flights": _flights,
    "cabin": _cabin,
    "bags": _bags,
    "passengers": _passengers,
    "compensation": _compensation,
    "delay": _delay,
    "book": _booking,
}
"""By the words of the goal type."""
_MISMATCHES: Mapping[str, _Look] = {
    "flights": _other_cabin,
    "cabin": _other_flights,
    "bags": _other_bags,
    "compensation": _other_amount,
    "delay": _other_amount,
    "book": _other_booking,
}
