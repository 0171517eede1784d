"""Changes of reservations exactly as tau2-bench makes them; `changes_corrected` has the others."""

from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import copied
from seawright_environment.core.state import State
from seawright_environment.domains.airline.bookings import BAG_PRICE, priced
from seawright_environment.domains.airline.models import FlightInfo, Passenger, items_of, plain
from seawright_environment.domains.airline.payments import pay_for_update
from seawright_environment.domains.airline.state import (
    Payment,
    Reservation,
    ReservationFlight,
    own_reservation,
    reservation_of,
    user_of,
)


def cancel_reservation(state: State, reservation_id: str) -> str:
    """Cancel a reservation and enter the negative of every payment; also of earlier refunds."""
    reservation_of(state, reservation_id)
    reservation = own_reservation(state, reservation_id)
    history = reservation["payment_history"]
    history.extend(
        [Payment(payment_id=each["payment_id"], amount=-each["amount"]) for each in history]
    )
    reservation["status"] = "cancelled"
    return state.text("reservations", reservation_id)


def update_reservation_baggages(
    state: State,
    reservation_id: str,
    total_baggages: JsonValue,
    nonfree_baggages: JsonValue,
    payment_id: str,
) -> str:
    """Set the numbers of bags; those that are not free any more are paid for."""
    reservation = reservation_of(state, reservation_id)
    user_of(state, reservation["user_id"])
    added = cast("int", nonfree_baggages) - reservation["nonfree_baggages"]
    pay_for_update(state, reservation, payment_id, BAG_PRICE * max(0, added))
    reservation = own_reservation(state, reservation_id)
    # Kept as given: tau2-bench does not look at their types.
    reservation["total_baggages"] = cast("int", copied(total_baggages))
    reservation["nonfree_baggages"] = cast("int", copied(nonfree_baggages))
    return state.text("reservations", reservation_id)


def update_reservation_flights(
    state: State, reservation_id: str, cabin: str, flights: JsonValue, payment_id: str
) -> str:
    """Set all flights and the cabin; the difference is paid or refunded. Seats are not moved."""
    wanted = items_of(FlightInfo, flights)
    reservation = reservation_of(state, reservation_id)
    user_of(state, reservation["user_id"])
    num_passengers = len(reservation["passengers"])
    held: list[ReservationFlight] = []
    for info in wanted:
        kept = held_flight(reservation, info, cabin)
        held.append(kept or priced(state, info, cabin, num_passengers))
    price = sum(flight["price"] for flight in held) * num_passengers
    price -= sum(flight["price"] for flight in reservation["flights"]) * num_passengers
    pay_for_update(state, reservation, payment_id, price)
    reservation = own_reservation(state, reservation_id)
    reservation["flights"] = [flight.copy() for flight in held]
    reservation["cabin"] = cast("str", copied(cabin))
    return state.text("reservations", reservation_id)


def held_flight(reservation: Reservation, info: FlightInfo, cabin: str) -> ReservationFlight | None:
    """Return the flight if the reservation has it in this cabin: it keeps its old price."""
    for flight in reservation["flights"]:
        if (flight["flight_number"], flight["date"], reservation["cabin"]) == (
            info.flight_number,
            info.date,
            cabin,
        ):
            return flight
    return None


def update_reservation_passengers(state: State, reservation_id: str, passengers: JsonValue) -> str:
    """Set who flies; the number of passengers stays."""
    flying = items_of(Passenger, passengers)
    if len(flying) != len(reservation_of(state, reservation_id)["passengers"]):
        raise ValueError("Number of passengers does not match")
    own_reservation(state, reservation_id)["passengers"] = cast("list[Passenger]", plain(flying))  # type: ignore
    return state.text("reservations", reservation_id)
