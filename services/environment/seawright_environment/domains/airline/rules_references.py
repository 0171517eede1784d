"""What the customer's words can mean: exactly one thing may fit each of them."""

from collections import Counter

from seawright_environment.core.drafting import View
from seawright_environment.domains.airline.goals_airline import Airline, told
from seawright_environment.domains.airline.goals_arguments import (
    payments_argument,
    text_argument,
)
from seawright_environment.domains.airline.goals_itineraries import best_itineraries
from seawright_environment.domains.airline.rules_wishes import trip_of
from seawright_shared.records.tasks import Draft, DraftGoal


def ambiguity(view: View, draft: Draft, goal: DraftGoal) -> str | None:
    """Say what else the customer's words could mean; ids mean one thing only.

    A customer who names no ids calls a reservation by its route (`item`), or by where the trip
    stands, its cabin and how many fly (`status`).
    """
    airline = Airline(view)
    if goal.type == "book_reservation" and len(best_itineraries(airline, trip_of(goal))) > 1:
        return "several flights fit equally well"
    if draft.reference == "id":
        return None
    if "reservation_id" in goal.arguments:
        reservation = airline.reservation(text_argument(goal, "reservation_id"))
        assert reservation is not None, "only what can be executed is put into words"
        mine = airline.reservations_of(draft.customer_id)
        if draft.reference == "status":
            if airline.num_alike(reservation, mine) != 1:
                return "several trips stand like that"
        else:
            route = (reservation["origin"], reservation["destination"])
            if sum((other["origin"], other["destination"]) == route for other in mine) != 1:
                return "several trips go that way"
    return _payment(airline, draft.customer_id, goal)


def _payment(airline: Airline, customer_id: str, goal: DraftGoal) -> str | None:
    named: list[str] = []
    if "payment_id" in goal.arguments:
        named = [text_argument(goal, "payment_id")]
    elif "payment_methods" in goal.arguments:
        named = [payment_id for payment_id, _ in payments_argument(goal)]
    methods = airline.user(customer_id)["payment_methods"]
    names = Counter(map(told, methods.values()))
    if any(name not in methods or names[told(methods[name])] != 1 for name in named):
        return "several payment methods look like that"
    return None
