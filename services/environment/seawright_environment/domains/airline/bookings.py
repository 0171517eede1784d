"""Bookings exactly as tau2-bench makes them, for its own data; `bookings_corrected` has the others.

Checks stand in tau2-bench's order, because the first that fails is the one that is told.
"""

from collections.abc import Callable, Sequence
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.airline import models
from seawright_environment.domains.airline.models import (
    FlightInfo,
    Passenger,
    Payment,
    items_of,
    validated,
)
from seawright_environment.domains.airline.payments import charge
from seawright_environment.domains.airline.state import (
    NOW,
    ReservationFlight,
    User,
    day_of,
    flight_of,
    own_flight,
    own_user,
    user_of,
)

NEW_RESERVATION_IDS = ("HATHAT", "HATHAU", "HATHAV")
INSURANCE_PRICE = 30
"""Dollars a passenger."""
BAG_PRICE = 50
"""Dollars a bag beyond the free ones."""


def book_reservation(state: State, *arguments: JsonValue) -> str:
    """Book flights for passengers, paid by the methods named."""
    return book(state, arguments, new_reservation_id, check_payments)


def book(
    state: State,
    arguments: Sequence[JsonValue],
    new_id: Callable[[State], str],
    check: Callable[[User, Sequence[Payment], float], None],
) -> str:
    """Book what the arguments say, in the parameters' order, once its payments passed the check."""
    (user_id, origin, destination, flight_type, cabin, flights, passengers, *rest) = arguments
    (payment_methods, total_baggages, nonfree_baggages, insurance) = rest
    wanted = items_of(FlightInfo, flights)
    flying = items_of(Passenger, passengers)
    payments = items_of(Payment, payment_methods)
    user = user_of(state, cast("str", user_id))
    fields: dict[str, object] = {
        "reservation_id": new_id(state),
        "user_id": user_id,
        "origin": origin,
        "destination": destination,
        "flight_type": flight_type,
        "cabin": cabin,
        "flights": [],
        "passengers": flying,
        "payment_history": payments,
        "created_at": NOW,
        "total_baggages": total_baggages,
        "nonfree_baggages": nonfree_baggages,
        "insurance": insurance,
    }
    reservation = validated(models.Reservation, fields)
    num_passengers = len(flying)
    booked = [priced(state, info, reservation.cabin, num_passengers) for info in wanted]
    price = sum(flight["price"] for flight in booked) * num_passengers
    price += INSURANCE_PRICE * num_passengers if insurance == "yes" else 0
    # The argument as it was given, not as it was read: a text cannot be added to a price.
    price += BAG_PRICE * cast("int", nonfree_baggages)
    check(user, payments, price)
    _pay(state, reservation.user_id, payments)
    for flight in booked:
        take_seats(state, flight, reservation.cabin, num_passengers)
    entity = {**reservation.model_dump(), "flights": booked}
    state.put("reservations", reservation.reservation_id, cast("JsonObject", entity))
    own_user(state, reservation.user_id)["reservations"].append(reservation.reservation_id)
    return state.text("reservations", reservation.reservation_id)


def new_reservation_id(state: State) -> str:
    """Return the first of tau2-bench's ids for new reservations that is free."""
    for reservation_id in NEW_RESERVATION_IDS:
        if state.find("reservations", reservation_id) is None:
            return reservation_id
    raise ValueError("Too many reservations")


def priced(state: State, info: FlightInfo, cabin: str, num_passengers: int) -> ReservationFlight:
    """Return a flight at today's price, or refuse where it cannot be booked."""
    flight = flight_of(state, info.flight_number)
    day = day_of(state, info.flight_number, info.date)
    if day["status"] != "available":
        raise ValueError(f"Flight {info.flight_number} not available on date {info.date}")
    assert "available_seats" in day
    assert "prices" in day
    if day["available_seats"][cabin] < num_passengers:
        raise ValueError(f"Not enough seats on flight {info.flight_number}")
    return ReservationFlight(
        flight_number=info.flight_number,
        origin=flight["origin"],
        destination=flight["destination"],
        date=info.date,
        price=day["prices"][cabin],
    )


def take_seats(state: State, flight: ReservationFlight, cabin: str, num: int) -> None:
    """Take seats of a flight that can be booked; a negative number gives them back."""
    day = own_flight(state, flight["flight_number"])["dates"][flight["date"]]
    assert "available_seats" in day
    day["available_seats"][cabin] -= num


def check_payments(user: User, payments: Sequence[Payment], price: float) -> None:
    """Refuse unknown methods, each amount that its method does not hold, and a wrong sum."""
    methods = user["payment_methods"]
    for payment in payments:
        if payment.payment_id not in methods:
            raise ValueError(f"Payment method {payment.payment_id} not found")
        method = methods[payment.payment_id]
        if "amount" in method and method["amount"] < payment.amount:
            raise ValueError(f"Not enough balance in payment method {payment.payment_id}")
    paid = sum(payment.amount for payment in payments)
    if paid != price:
        raise ValueError(f"Payment amount does not add up, total price is {price}, but paid {paid}")


def _pay(state: State, user_id: str, payments: Sequence[Payment]) -> None:
    """Take the money one by one. A certificate goes whole, and cannot go twice (a `KeyError`)."""
    for payment in payments:
        method = user_of(state, user_id)["payment_methods"][payment.payment_id]
        if method["source"] == "gift_card":
            charge(state, user_id, payment.payment_id, payment.amount)
        elif method["source"] == "certificate":
            own_user(state, user_id)["payment_methods"].pop(payment.payment_id)
