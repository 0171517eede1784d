"""The airline's state: flights, users and reservations, as tau2-bench's documents have them."""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict, cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.state import State

NOW = "2024-05-15T15:00:00"
"""The moment at which every episode plays (Eastern time)."""


class FlightDay(TypedDict):
    """A flight on one date. Seats and prices by cabin are there while it can be booked."""

    status: str
    available_seats: NotRequired[dict[str, int]]
    prices: NotRequired[dict[str, int]]
    actual_departure_time_est: NotRequired[str]
    actual_arrival_time_est: NotRequired[str]
    estimated_departure_time_est: NotRequired[str]
    estimated_arrival_time_est: NotRequired[str]


class Flight(TypedDict):
    """A flight number, with its dates."""

    flight_number: str
    origin: str
    destination: str
    scheduled_departure_time_est: str
    scheduled_arrival_time_est: str
    """Ends in `+1` where it lands on the next day."""
    dates: dict[str, FlightDay]


class Name(TypedDict):
    """A user's name."""

    first_name: str
    last_name: str


class Address(TypedDict):
    """Where a user lives."""

    address1: str
    address2: str | None
    city: str
    country: str
    state: str
    zip: str


class PaymentMethod(TypedDict):
    """A credit card, a gift card or a certificate; the last two hold an amount of dollars."""

    source: Literal["credit_card", "gift_card", "certificate"]
    id: str
    brand: NotRequired[str]
    last_four: NotRequired[str]
    amount: NotRequired[float]


class Passenger(TypedDict):
    """Who flies."""

    first_name: str
    last_name: str
    dob: str


class User(TypedDict):
    """A user's profile."""

    user_id: str
    name: Name
    address: Address
    email: str
    dob: str
    payment_methods: dict[str, PaymentMethod]
    saved_passengers: list[Passenger]
    membership: str
    reservations: list[str]


class ReservationFlight(TypedDict):
    """A flight as it was booked; the price is one passenger's."""

    flight_number: str
    origin: str
    destination: str
    date: str
    price: int


class Payment(TypedDict):
    """One movement of money; a refund is negative."""

    payment_id: str
    amount: int


class Reservation(TypedDict):
    """A reservation; its status is null until it is cancelled."""

    reservation_id: str
    user_id: str
    origin: str
    destination: str
    flight_type: str
    cabin: str
    flights: list[ReservationFlight]
    passengers: list[Passenger]
    payment_history: list[Payment]
    created_at: str
    total_baggages: int
    nonfree_baggages: int
    insurance: str
    status: Literal["cancelled"] | None


def user_of(state: State, user_id: str) -> User:
    """Return a user to read, or refuse."""
    user = state.find("users", user_id)
    if user is None:
        raise ValueError(f"User {user_id} not found")
    return cast("User", cast("object", user))


def reservation_of(state: State, reservation_id: str) -> Reservation:
    """Return a reservation to read, or refuse."""
    reservation = state.find("reservations", reservation_id)
    if reservation is None:
        raise ValueError(f"Reservation {reservation_id} not found")
    return cast("Reservation", cast("object", reservation))


def flight_of(state: State, flight_number: str) -> Flight:
    """Return a flight to read, or refuse."""
    flight = state.find("flights", flight_number)
    if flight is None:
        raise ValueError(f"Flight {flight_number} not found")
    return cast("Flight", cast("object", flight))


def day_of(state: State, flight_number: str, date: str) -> FlightDay:
    """Return a flight's date to read, or refuse."""
    dates = flight_of(state, flight_number)["dates"]
    if date not in dates:
        raise ValueError(f"Flight {flight_number} not found on date {date}")
    return dates[date]


def own_user(state: State, user_id: str) -> User:
    """Return a user to change."""
    return cast("User", cast("object", state.own("users", user_id)))


def own_reservation(state: State, reservation_id: str) -> Reservation:
    """Return a reservation to change."""
    return cast("Reservation", cast("object", state.own("reservations", reservation_id)))


def own_flight(state: State, flight_number: str) -> Flight:
    """Return a flight to change."""
    return cast("Flight", cast("object", state.own("flights", flight_number)))


_FIELDS = {
    "flights": tuple(Flight.__annotations__),
    "users": tuple(User.__annotations__),
    "reservations": tuple(Reservation.__annotations__),
}
_INNER = {
    "name": tuple(Name.__annotations__),
    "address": tuple(Address.__annotations__),
    "flights": tuple(ReservationFlight.__annotations__),
    "passengers": tuple(Passenger.__annotations__),
    "saved_passengers": tuple(Passenger.__annotations__),
    "payment_history": tuple(Payment.__annotations__),
}
_BY_ID = {
    "dates": tuple(FlightDay.__annotations__),
    "payment_methods": tuple(PaymentMethod.__annotations__),
}


def import_tables(file: Mapping[str, JsonValue]) -> Tables:
    """Return tau2-bench's database in declared field order, absent status null, money as floats."""
    return {
        table: {
            key: _entity(cast("JsonObject", entity), fields)
            for key, entity in cast("JsonObject", file[table]).items()
        }
        for table, fields in _FIELDS.items()
    }


def _entity(entity: JsonObject, fields: tuple[str, ...]) -> JsonObject:
    filled: JsonObject = {"status": None, **entity} if "status" in fields else entity
    return {field: _inner(field, filled[field]) for field in fields if field in filled}


def _inner(field: str, value: JsonValue) -> JsonValue:
    if field in _BY_ID and isinstance(value, dict):
        return {key: _with_floats(_ordered(item, _BY_ID[field])) for key, item in value.items()}
    if field not in _INNER:
        return value
    if isinstance(value, list):
        return [_ordered(item, _INNER[field]) for item in value]
    return _ordered(value, _INNER[field])


def _ordered(value: JsonValue, fields: tuple[str, ...]) -> JsonValue:
    """Return an object with its fields in order; what is none is left as it is."""
    if not isinstance(value, dict):
        return value
    return {field: value[field] for field in fields if field in value}


def _with_floats(value: JsonValue) -> JsonValue:
    amount = value.get("amount") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(amount, int):
        return {**value, "amount": float(amount)}
    return value
