"""How a wish is bound to a reservation, to flights and to money: drawn, with what rules may test."""

from collections.abc import Mapping, Sequence

from seawright_environment.core.bound_goals import Bound, bound_goal
from seawright_environment.domains.airline.bookings import BAG_PRICE
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_booking import (
    Booking,
    booking_arguments,
    booking_features,
    draw_booking,
)
from seawright_environment.domains.airline.goals_draws import (
    CABINS,
    Chosen,
    Pen,
    chosen_flights,
    passenger_arguments,
    price_of_update,
)
from seawright_environment.domains.airline.state import Passenger, Reservation
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import DraftGoal

REASONS = ("plans", "airline", "health", "weather", "fare")
COMPLAINTS: Mapping[str, int] = {"cancelled": 100, "delayed": 50}
"""Dollars a passenger, by what happened to a flight."""
FACTS = (
    "total",
    "bags",
    "free_bags",
    "num_passengers",
    "flight_status",
    "departure_date",
    "seat",
    "meal",
    "gate",
)
"""What customers ask about a reservation; the first six are known."""
NUM_KNOWN = 6
REQUESTS = (
    "lost_bag",
    "pet",
    "miles",
    "cancel",
    "cabin",
    "bags",
    "names",
    "book",
    "status",
    "total",
)
"""What customers want a human for; the first three are out of the agent's scope."""
NUM_OUT_OF_SCOPE = 3


def goal_of(pen: Pen, goal_type: str, bound: Bound) -> DraftGoal:
    """Return the goal that a bound wish is, after those before it."""
    return bound_goal(pen.scene, goal_type, bound)


def bound_cancel(pen: Pen, reservation_id: str, reason: str) -> Bound:
    """Return the wish to cancel a reservation for a reason."""
    reservation = pen.airline.reservation(reservation_id)
    ground = pen.airline.ground(reservation, reason) if reservation else "none"
    features: dict[str, Scalar] = {"reason": reason, "cancel.ground": ground}
    return Bound(
        arguments={"reservation_id": reservation_id, "reason": reason},
        entity=reservation_id,
        features={**pen.reservation_features(reservation_id), **features},
    )


def bound_update(
    pen: Pen, reservation_id: str, flights: Sequence[Chosen], cabin: str, payment_id: str
) -> Bound:
    """Return the wish for other flights, or for another cabin."""
    reservation = pen.airline.reservation(reservation_id)
    price = 0
    features = pen.reservation_features(reservation_id)
    if reservation is not None:
        price = price_of_update(pen.airline, reservation, flights, cabin)
        features |= pen.flight_features(reservation, flights, cabin)
    return Bound(
        arguments={
            "reservation_id": reservation_id,
            "cabin": cabin,
            "flights": [flight.argument() for flight in flights],
            "payment_id": payment_id,
        },
        entity=reservation_id,
        features={**features, **pen.payment_features(payment_id, price)},
    )


def bound_compensation(pen: Pen, reservation_id: str, complaint: str) -> Bound:
    """Return the wish to be compensated for what happened to a flight."""
    reservation = pen.airline.reservation(reservation_id)
    num = len(reservation["passengers"]) if reservation is not None else 1
    features = pen.reservation_features(reservation_id)
    if reservation is not None:
        features["compensation.entitled"] = pen.airline.is_entitled(reservation)
        features["complaint.true"] = complaint in pen.airline.statuses(reservation)
    return Bound(
        arguments={
            "reservation_id": reservation_id,
            "complaint": complaint,
            "user_id": pen.customer,
            "amount": COMPLAINTS[complaint] * num,
        },
        entity=reservation_id,
        features={**features, "complaint": complaint},
    )


def bound_booking(pen: Pen, booking: Booking) -> Bound:
    """Return the wish to book."""
    arguments = booking_arguments(pen, booking)
    trip = booking.trip
    return Bound(
        arguments=arguments,
        entity=f"{trip.origin}-{trip.destination}-{trip.date}",
        features=booking_features(pen, booking, arguments),
    )


def bind_cancel(pen: Pen) -> Bound | None:
    """Return a reservation to cancel, and why."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    return bound_cancel(pen, reservation_id, pen.draw.choice(REASONS))


def bind_flights(pen: Pen) -> Bound | None:
    """Return a reservation and the flights that it is to have."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    reservation = pen.airline.reservation(reservation_id)
    if reservation is not None:
        flights, cabin = pen.moved_flights(reservation), reservation["cabin"]
    else:
        number = pen.draw.choice(pen.airline.view["flights"].ids())
        flights, cabin = [Chosen(flight_number=number, date="2024-05-20")], "economy"
    return bound_update(pen, reservation_id, flights, cabin, pen.payment_id())


def bind_cabin(pen: Pen) -> Bound | None:
    """Return a reservation and the cabin that it is to have."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    cabin = pen.draw.choice(CABINS)
    reservation = pen.airline.reservation(reservation_id)
    number = pen.draw.choice(pen.airline.view["flights"].ids())
    made_up = [Chosen(flight_number=number, date="2024-05-20")]
    flights = chosen_flights(reservation["flights"]) if reservation is not None else made_up
    return bound_update(pen, reservation_id, flights, cabin, pen.payment_id())


def bind_bags(pen: Pen) -> Bound | None:
    """Return a reservation and the bags that it is to have."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    payment_id = pen.payment_id()
    return bound_bags(pen, reservation_id, pen.draw.randrange(6), payment_id)


def bound_bags(pen: Pen, reservation_id: str, total: int, payment_id: str) -> Bound:
    """Return the wish to have so many bags in all on a reservation."""
    reservation = pen.airline.reservation(reservation_id)
    paid, held = 0, 0
    features = pen.reservation_features(reservation_id)
    if reservation is not None:
        held = reservation["nonfree_baggages"]
        paid = paid_bags(pen.airline, reservation, total)
        features["bags.added"] = total - reservation["total_baggages"]
        features["changes_nothing"] = total == reservation["total_baggages"]
    price = BAG_PRICE * (paid - held)
    return Bound(
        arguments={
            "reservation_id": reservation_id,
            "total_baggages": total,
            "nonfree_baggages": paid,
            "payment_id": payment_id,
        },
        entity=reservation_id,
        features={**features, **pen.payment_features(payment_id, price)},
    )


def paid_bags(airline: Airline, reservation: Reservation, total: int) -> int:
    """Return how many of so many bags are not free; what was paid for stays so."""
    num = len(reservation["passengers"])
    free = airline.free_bags(reservation["user_id"], reservation["cabin"], num)
    return max(reservation["nonfree_baggages"], total - free)


def bind_passengers(pen: Pen) -> Bound | None:
    """Return a reservation and who is to fly on it."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    reservation = pen.airline.reservation(reservation_id)
    old: list[Passenger] = list(reservation["passengers"]) if reservation is not None else []
    new = [*old, pen.passenger()] if not old or pen.draw.random() < 0.3 else list(old)
    if old and len(new) == len(old):
        place = pen.draw.randrange(len(new))
        new[place] = pen.draw.choice((new[place], pen.passenger()))
        new = new[1:] if len(new) > 1 and pen.draw.random() < 0.3 else new
    return bound_passengers(pen, reservation_id, new)


def bound_passengers(pen: Pen, reservation_id: str, new: Sequence[Passenger]) -> Bound:
    """Return the wish that these people fly on a reservation."""
    reservation = pen.airline.reservation(reservation_id)
    old: list[Passenger] = list(reservation["passengers"]) if reservation is not None else []
    return Bound(
        arguments={"reservation_id": reservation_id, "passengers": passenger_arguments(new)},
        entity=reservation_id,
        features={
            **pen.reservation_features(reservation_id),
            "passengers.added": len(new) - len(old),
            "changes_nothing": list(new) == old,
        },
    )


def bind_compensation(pen: Pen) -> Bound | None:
    """Return a reservation and what went wrong with a flight of it."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    return bound_compensation(pen, reservation_id, pen.draw.choice(list(COMPLAINTS)))


def bind_book(pen: Pen) -> Bound | None:
    """Return flights to book."""
    booking = draw_booking(pen)
    return bound_booking(pen, booking) if booking is not None else None


def bind_info(pen: Pen) -> Bound | None:
    """Return a reservation and what is asked about it."""
    reservation_id = pen.reservation_id()
    if reservation_id is None:
        return None
    return bound_info(pen, reservation_id, pen.draw.choice(FACTS))


def bound_info(pen: Pen, reservation_id: str, fact: str) -> Bound:
    """Return the question about a reservation."""
    return Bound(
        arguments={"reservation_id": reservation_id, "fact": fact},
        entity=reservation_id,
        features={
            **pen.reservation_features(reservation_id),
            "fact": fact,
            "fact.known": FACTS.index(fact) < NUM_KNOWN,
        },
    )


def bind_transfer(pen: Pen) -> Bound:
    """Return what a person is wanted for."""
    return bound_transfer(pen, pen.draw.choice(REQUESTS))


def bound_transfer(pen: Pen, request: str) -> Bound:
    """Return the wish for a person."""
    is_service = REQUESTS.index(request) >= NUM_OUT_OF_SCOPE
    return Bound(
        arguments={"request": request},
        entity=pen.customer,
        features={"request": request, "request.is_service": is_service},
    )
