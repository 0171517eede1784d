"""Changes of reservations in generated airlines: tau2-bench's without its defects.

What differs, and why, is listed in `docs/tau2-differences.md`. Everything is checked before
anything is changed.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.state import State
from seawright_environment.domains.airline import changes
from seawright_environment.domains.airline.arguments import (
    cabin_named,
    distinct_flights,
    several,
    whole_number,
)
from seawright_environment.domains.airline.bookings import take_seats
from seawright_environment.domains.airline.models import Passenger
from seawright_environment.domains.airline.payments import charge
from seawright_environment.domains.airline.state import (
    Payment,
    PaymentMethod,
    Reservation,
    ReservationFlight,
    day_of,
    own_reservation,
    own_user,
    reservation_of,
)


def cancel_reservation(state: State, reservation_id: str) -> str:
    """Cancel a reservation once: money goes back where it came from, seats are free again."""
    reservation = _standing(state, reservation_id)
    for flight in reservation["flights"]:
        _move_seats(state, flight, reservation["cabin"], -len(reservation["passengers"]))
    refunds = refundable(reservation)
    reservation = own_reservation(state, reservation_id)
    for payment_id, amount in refunds.items():
        _give_back(state, reservation["user_id"], payment_id, amount)
        reservation["payment_history"].append(Payment(payment_id=payment_id, amount=-amount))
    reservation["status"] = "cancelled"
    return state.text("reservations", reservation_id)


def refundable(reservation: Reservation) -> Mapping[str, int]:
    """Return what each method paid net of refunds, never more than all of them together."""
    paid: dict[str, int] = {}
    for entry in reservation["payment_history"]:
        paid[entry["payment_id"]] = paid.get(entry["payment_id"], 0) + entry["amount"]
    left, refunds = sum(paid.values()), dict[str, int]()
    for payment_id, amount in paid.items():
        refund = min(amount, left)
        if refund > 0:
            refunds[payment_id] = refund
            left -= refund
    return refunds


def update_reservation_baggages(
    state: State,
    reservation_id: str,
    total_baggages: JsonValue,
    nonfree_baggages: JsonValue,
    payment_id: str,
) -> str:
    """Add bags; what is paid for stays, because nothing is refunded here."""
    reservation = _standing(state, reservation_id)
    total = whole_number("total_baggages", total_baggages, at_least=0)
    paid = whole_number("nonfree_baggages", nonfree_baggages, at_least=0)
    if paid > total:
        raise ValueError("nonfree_baggages should be at most total_baggages")
    if total < reservation["total_baggages"] or paid < reservation["nonfree_baggages"]:
        raise ValueError("Checked bags can be added, not removed")
    return changes.update_reservation_baggages(state, reservation_id, total, paid, payment_id)


def update_reservation_flights(
    state: State, reservation_id: str, cabin: str, flights: JsonValue, payment_id: str
) -> str:
    """Set all flights and the cabin; seats that are left are free again, others are taken."""
    # A copy: the change sets other flights and another cabin in what was read.
    before = _standing(state, reservation_id).copy()
    cabin_named(cabin)
    distinct_flights(flights)
    changes.update_reservation_flights(state, reservation_id, cabin, flights, payment_id)
    after = reservation_of(state, reservation_id)
    num = len(after["passengers"])
    for flight in _beyond(before, after):
        _move_seats(state, flight, before["cabin"], -num)
    for flight in _beyond(after, before):
        _move_seats(state, flight, after["cabin"], num)
    return state.text("reservations", reservation_id)


def update_reservation_passengers(state: State, reservation_id: str, passengers: JsonValue) -> str:
    """Set who flies; the number of passengers stays."""
    _standing(state, reservation_id)
    several("passengers", Passenger, passengers)
    return changes.update_reservation_passengers(state, reservation_id, passengers)


def _standing(state: State, reservation_id: str) -> Reservation:
    """Return a reservation that is not cancelled, or refuse."""
    reservation = reservation_of(state, reservation_id)
    if reservation["status"] == "cancelled":
        raise ValueError(f"Reservation {reservation_id} is already cancelled")
    return reservation


def _beyond(one: Reservation, other: Reservation) -> list[ReservationFlight]:
    """Return the flights of one that the other does not have in the same cabin."""
    held = {
        (flight["flight_number"], flight["date"], other["cabin"]) for flight in other["flights"]
    }
    return [
        flight
        for flight in one["flights"]
        if (flight["flight_number"], flight["date"], one["cabin"]) not in held
    ]


def _move_seats(state: State, flight: ReservationFlight, cabin: str, num: int) -> None:
    """Take or give back seats of a flight that can still be booked; others list none."""
    if "available_seats" in day_of(state, flight["flight_number"], flight["date"]):
        take_seats(state, flight, cabin, num)


def _give_back(state: State, user_id: str, payment_id: str, amount: int) -> None:
    """Credit what holds money. A certificate, gone when it was used, comes back with what it paid."""
    methods = own_user(state, user_id)["payment_methods"]
    if payment_id in methods:
        if "amount" in methods[payment_id]:
            charge(state, user_id, payment_id, -amount)
    elif payment_id.startswith("certificate_"):
        methods[payment_id] = PaymentMethod(
            source="certificate", id=payment_id, amount=float(amount)
        )
