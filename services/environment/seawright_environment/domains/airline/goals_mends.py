"""A wish with one thing of it bound anew: another trip, flight, day, method, reason, or question."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from seawright_environment.core.bound_goals import Bound
from seawright_environment.core.drafting import Scene, View
from seawright_environment.core.task_repairs import Mend
from seawright_environment.domains.airline.goals import GOALS, finished
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_arguments import (
    flights_argument,
    number_argument,
    passengers_argument,
    payments_argument,
    text_argument,
)
from seawright_environment.domains.airline.goals_binding import (
    COMPLAINTS,
    FACTS,
    NUM_KNOWN,
    NUM_OUT_OF_SCOPE,
    REASONS,
    REQUESTS,
    bound_bags,
    bound_booking,
    bound_cancel,
    bound_compensation,
    bound_info,
    bound_passengers,
    bound_transfer,
    bound_update,
)
from seawright_environment.domains.airline.goals_booking import Booking
from seawright_environment.domains.airline.goals_delays import HAPPENINGS, bound_delay
from seawright_environment.domains.airline.goals_draws import CABINS, Chosen, Pen, chosen_flights
from seawright_environment.domains.airline.goals_itineraries import CHOICES, best_itineraries
from seawright_environment.domains.airline.rules_wishes import trip_of
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import Draft, DraftGoal

Change = tuple[str, Bound]
"""What was changed, and the wish with it."""
MAX_PASSENGERS = 5
MAX_MOVES = 6
"""Other days that are tried for flights."""


class AirlineMender:
    """Binds one thing of a wish anew, to what the customer has and what flies."""

    def mended(self, view: View, draft: Draft, index: int, draw: random.Random) -> Iterator[Mend]:
        """Yield the goal with one thing bound anew, smaller changes first."""
        goal = draft.goals[index]
        scene = Scene(
            view=view,
            customer_id=draft.customer_id,
            strangers=[draft.customer_id],
            earlier=draft.goals[:index],
            is_last=index == len(draft.goals) - 1,
        )
        pen = Pen(scene, Airline(view), draw)
        for what, bound in _CHANGES[GOALS[goal.type].words](pen, goal):
            yield Mend(what=what, goal=finished(pen, goal.type, bound))

    def around(
        self, view: View, draft: Draft, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> dict[str, Scalar]:
        """Return whether the conversation ended with a wish before this one."""
        del view, draft, goal
        return {"after_transfer": any(GOALS[one.type].outcome == "transfer" for one in earlier)}


def _own(pen: Pen) -> list[Reservation]:
    return pen.airline.reservations_of(pen.customer)


def _methods(pen: Pen) -> list[str]:
    return list(pen.airline.user(pen.customer)["payment_methods"])


def _cancelling(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    trip, reason = text_argument(goal, "reservation_id"), text_argument(goal, "reason")
    for other in REASONS:
        yield "another reason", bound_cancel(pen, trip, other)
    for mine in _own(pen):
        yield "another reservation", bound_cancel(pen, mine["reservation_id"], reason)


def _delayed(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    trip, reason = text_argument(goal, "reservation_id"), text_argument(goal, "reason")
    flight = Chosen(
        flight_number=text_argument(goal, "flight_number"), date=text_argument(goal, "date")
    )
    happened = text_argument(goal, "happened")
    for other in REASONS:
        yield "another reason", bound_delay(pen, trip, flight, other, happened)
    for other in HAPPENINGS:
        yield "another delay", bound_delay(pen, trip, flight, reason, other)
    for mine in _own(pen):
        for each in chosen_flights(mine["flights"]):
            bound = bound_delay(pen, mine["reservation_id"], each, reason, happened)
            yield "another reservation", bound


def _updated(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    """Yield changes of a wish for other flights, or for another cabin."""
    trip, cabin = text_argument(goal, "reservation_id"), text_argument(goal, "cabin")
    flights, payment = flights_argument(goal), text_argument(goal, "payment_id")
    for method in _methods(pen):
        yield "another payment method", bound_update(pen, trip, flights, cabin, method)
    moves = GOALS[goal.type].words == "flights"
    held = pen.airline.reservation(trip)
    if held is not None:
        yield from _otherwise(pen, held, cabin, payment, moves=moves)
    for mine in _own(pen):
        there = mine["reservation_id"]
        new = pen.moved_flights(mine) if moves else chosen_flights(mine["flights"])
        wanted = mine["cabin"] if moves else cabin
        yield "another reservation", bound_update(pen, there, new, wanted, payment)


def _otherwise(
    pen: Pen, held: Reservation, cabin: str, payment: str, *, moves: bool
) -> Iterator[Change]:
    """Yield other days of a reservation's flights, or other cabins of it."""
    trip = held["reservation_id"]
    if moves:
        for _ in range(MAX_MOVES):
            new = pen.moved_flights(held)
            yield "other flights", bound_update(pen, trip, new, held["cabin"], payment)
        return
    flights = chosen_flights(held["flights"])
    for other in CABINS:
        if other != cabin:
            yield "another cabin", bound_update(pen, trip, flights, other, payment)


def _bagged(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    trip, payment = text_argument(goal, "reservation_id"), text_argument(goal, "payment_id")
    total = number_argument(goal, "total_baggages")
    for method in _methods(pen):
        yield "another payment method", bound_bags(pen, trip, total, method)
    held = pen.airline.reservation(trip)
    for more in (1, 2) if held is not None else ():
        num = held["total_baggages"] + more if held is not None else more
        yield "another number of bags", bound_bags(pen, trip, num, payment)
    for mine in _own(pen):
        num = max(total, mine["total_baggages"] + 1)
        yield "another reservation", bound_bags(pen, mine["reservation_id"], num, payment)


def _peopled(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    held = pen.airline.reservation(text_argument(goal, "reservation_id"))
    for mine in [*([held] if held is not None else []), *_own(pen)]:
        new = [*mine["passengers"][:-1], pen.passenger()]
        yield "other passengers", bound_passengers(pen, mine["reservation_id"], new)
        more = [*mine["passengers"], pen.passenger()]
        yield "more passengers", bound_passengers(pen, mine["reservation_id"], more)


def _compensated(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    trip, complaint = text_argument(goal, "reservation_id"), text_argument(goal, "complaint")
    for other in COMPLAINTS:
        yield "another complaint", bound_compensation(pen, trip, other)
    for mine in _own(pen):
        yield "another reservation", bound_compensation(pen, mine["reservation_id"], complaint)


def _asked(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    trip, fact = text_argument(goal, "reservation_id"), text_argument(goal, "fact")
    for other in FACTS[:NUM_KNOWN]:
        yield "another question", bound_info(pen, trip, other)
    for mine in _own(pen):
        yield "another reservation", bound_info(pen, mine["reservation_id"], fact)


def _handed_over(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    del goal
    for request in REQUESTS[:NUM_OUT_OF_SCOPE]:
        yield "another request", bound_transfer(pen, request)


def _booked(pen: Pen, goal: DraftGoal) -> Iterator[Change]:
    """Yield the booking with other flights, ways to pay, or fewer people."""
    trip, methods = trip_of(goal), pen.airline.user(pen.customer)["payment_methods"]
    known = [name for name, _ in payments_argument(goal) if name in methods]
    now = Booking(
        trip=trip,
        legs=tuple(flights_argument(goal)),
        passengers=passengers_argument(goal),
        total_baggages=number_argument(goal, "total_baggages"),
        insurance=text_argument(goal, "insurance"),
        methods=[methods[name] for name in known or list(methods)[:1]],
    )
    for method in methods.values():
        yield "another payment method", bound_booking(pen, replace(now, methods=[method]))
    few = passengers_argument(goal)[:MAX_PASSENGERS]
    fewer = replace(now, passengers=few, trip=replace(trip, num_passengers=len(few)))
    for choice in (trip.choice, *CHOICES):
        for way in best_itineraries(pen.airline, replace(fewer.trip, choice=choice))[:1]:
            wanted = replace(fewer, trip=replace(fewer.trip, choice=choice), legs=way.legs)
            yield "other flights", bound_booking(pen, wanted)


_CHANGES: Mapping[str, Callable[[Pen, DraftGoal], Iterator[Change]]] = {
    "cancel": _cancelling,
    "delay": _delayed,
    "flights": _updated,
    "cabin": _updated,
    "bags": _bagged,
    "passengers": _peopled,
    "compensation": _compensated,
    "book": _booked,
    "info": _asked,
    "human": _handed_over,
}
"""By the words of the goal type."""
