"""Bookings in generated airlines: tau2-bench's without its defects.

What differs, and why, is listed in `docs/tau2-differences.md`. Everything is checked before
anything is changed.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import cast, get_args

from pydantic import JsonValue

from seawright_environment.core.populations import seed_of
from seawright_environment.core.state import State
from seawright_environment.domains.airline.arguments import (
    cabin_named,
    distinct_flights,
    one_of,
    several,
    whole_number,
)
from seawright_environment.domains.airline.bookings import book, check_payments
from seawright_environment.domains.airline.models import FlightType, Insurance, Passenger, Payment
from seawright_environment.domains.airline.reservation_ids import NUM_IDS, spelled
from seawright_environment.domains.airline.state import User, user_of


def book_reservation(state: State, *arguments: JsonValue) -> str:
    """Book flights for passengers, paid exactly by methods that hold the money."""
    (user_id, _, _, flight_type, cabin, flights, passengers, *rest) = arguments
    (payment_methods, total_baggages, nonfree_baggages, insurance) = rest
    user_of(state, cast("str", user_id))
    one_of("flight_type", flight_type, get_args(FlightType))
    cabin_named(cabin)
    one_of("insurance", insurance, get_args(Insurance))
    wanted = distinct_flights(flights)
    several("passengers", Passenger, passengers)
    num_bags = whole_number("total_baggages", total_baggages, at_least=0)
    if whole_number("nonfree_baggages", nonfree_baggages, at_least=0) > num_bags:
        raise ValueError("nonfree_baggages should be at most total_baggages")
    _check_amounts(payment_methods)
    facts = [user_id, cabin, sorted([info.flight_number, info.date] for info in wanted)]
    name = json.dumps(facts)
    return book(state, arguments, lambda here: _new_reservation_id(here, name), _check_payments)


def _new_reservation_id(state: State, name: str) -> str:
    """Return a free id of six letters and digits, made of what is booked."""
    reservations, attempt = state.table("reservations"), 0
    while True:
        reservation_id = spelled(seed_of("airline", "booking", name, attempt) % NUM_IDS)
        if reservation_id not in reservations:
            return reservation_id
        attempt += 1


def _check_amounts(payment_methods: JsonValue) -> None:
    several("payment_methods", Payment, payment_methods)
    for payment in cast("list[dict[str, JsonValue]]", payment_methods):
        whole_number("amount", payment["amount"], at_least=1)


def _check_payments(user: User, payments: Sequence[Payment], price: float) -> None:
    """Refuse also what one method cannot pay twice."""
    paid = Counter[str]()
    for payment in payments:
        method = user["payment_methods"].get(payment.payment_id)
        if method is not None and payment.payment_id in paid and method["source"] == "certificate":
            raise ValueError(f"Certificate {payment.payment_id} can be used only once")
        paid[payment.payment_id] += payment.amount
    summed = [Payment(payment_id=key, amount=amount) for key, amount in paid.items()]
    check_payments(user, summed, price)
