"""How a booking is drawn: where to, who flies, what it costs, and who pays how much."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from seawright_environment.domains.airline.bookings import BAG_PRICE, INSURANCE_PRICE
from seawright_environment.domains.airline.goals_airline import Airline, told
from seawright_environment.domains.airline.goals_draws import (
    CABINS,
    SHARE_OWN_PAYMENT,
    Chosen,
    Pen,
    has_seats,
    passenger_arguments,
)
from seawright_environment.domains.airline.goals_itineraries import (
    CHOICES,
    Trip,
    best_itineraries,
    fare,
    itineraries,
)
from seawright_environment.domains.airline.state import Passenger, PaymentMethod
from seawright_shared.records.base import Scalar

NUM_PASSENGERS = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6)
NUM_METHODS = (1, 1, 2)
DATES = tuple(f"2024-05-{day:02d}" for day in range(12, 31))
SHARE_DIRECT = 0.6
SHARE_BEST = 0.5
"""Bookings of flights that do fit the customer's words."""
_LAST_TO_PAY = ("certificate", "gift_card", "credit_card")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a customer wants to book: the trip, the flights that fit it, and who pays."""

    trip: Trip
    legs: tuple[Chosen, ...]
    passengers: Sequence[Passenger]
    total_baggages: int
    insurance: str
    methods: Sequence[PaymentMethod]


def draw_booking(pen: Pen) -> Booking | None:
    """Return a booking that need not be possible; None where no flights go there."""
    passengers = _passengers(pen)
    trip = _trip(pen, len(passengers))
    ways = itineraries(pen.airline, trip)
    if not ways:
        return None
    best = best_itineraries(pen.airline, trip)
    way = pen.draw.choice(best if best and pen.draw.random() < SHARE_BEST else ways)
    free = pen.airline.free_bags(pen.customer, trip.cabin, len(passengers))
    return Booking(
        trip=trip,
        legs=way.legs,
        passengers=passengers,
        total_baggages=pen.draw.choice((0, 0, 1, free, free + 1)),
        insurance=pen.draw.choice(("yes", "no")),
        methods=_methods(pen),
    )


def booking_arguments(pen: Pen, booking: Booking) -> dict[str, JsonValue]:
    """Return a booking's arguments, with the wish that chose its flights."""
    trip, total = booking.trip, booking.total_baggages
    free = pen.airline.free_bags(pen.customer, trip.cabin, trip.num_passengers)
    extras: dict[str, JsonValue] = {
        "nonfree_baggages": max(0, total - free),
        "insurance": booking.insurance,
    }
    price = price_of_booking(pen.airline, trip, booking.legs, extras)
    payments: list[JsonValue] = [
        {"payment_id": method["id"], "amount": amount}
        for method, amount in zip(booking.methods, shares(booking.methods, price), strict=True)
    ]
    return {
        "user_id": pen.customer,
        "origin": trip.origin,
        "destination": trip.destination,
        "flight_type": "one_way",
        "cabin": trip.cabin,
        "flights": [leg.argument() for leg in booking.legs],
        "passengers": passenger_arguments(booking.passengers),
        "payment_methods": payments,
        "total_baggages": total,
        **extras,
        "choice": trip.choice,
        "date": trip.date,
    }


def booking_features(
    pen: Pen, booking: Booking, arguments: Mapping[str, JsonValue]
) -> dict[str, Scalar]:
    """Return what rules may test of a booking."""
    trip = booking.trip
    best = best_itineraries(pen.airline, trip)
    payments = cast("list[Mapping[str, int]]", arguments["payment_methods"])
    return {
        "choice": trip.choice,
        "choice.is_best": booking.legs in [way.legs for way in best],
        "choice.num_ties": len(best),
        "num_passengers": trip.num_passengers,
        **_flight_features(pen, booking.legs, trip),
        **_payment_features(pen, booking.methods, [one["amount"] for one in payments]),
    }


def price_of_booking(
    airline: Airline, trip: Trip, legs: Sequence[Chosen], extras: Mapping[str, JsonValue]
) -> int:
    """Return the dollars due for flights, paid bags and insurance."""
    num_bags = extras["nonfree_baggages"]
    assert isinstance(num_bags, int), "bags are counted"
    insurance = INSURANCE_PRICE if extras["insurance"] == "yes" else 0
    each = fare(airline, legs, trip.cabin) + insurance
    return each * trip.num_passengers + BAG_PRICE * num_bags


def shares(methods: Sequence[PaymentMethod], price: int) -> list[int]:
    """Return what each pays: one after the other what it holds, the last one the rest."""
    amounts: list[int] = []
    left = price
    for method in methods[:-1]:
        amount = min(int(method["amount"]), left) if "amount" in method else left // 2
        amounts.append(amount)
        left -= amount
    return [*amounts, left]


def _trip(pen: Pen, num_passengers: int) -> Trip:
    numbers = pen.airline.view["flights"].ids()
    first = pen.airline.flight(pen.draw.choice(numbers))
    assert first is not None, "a listed flight exists"
    destination = first["destination"]
    if pen.draw.random() >= SHARE_DIRECT:
        other = pen.airline.flight(pen.draw.choice(numbers))
        assert other is not None, "a listed flight exists"
        destination = other["destination"]
    if destination == first["origin"]:
        destination = first["destination"]
    return Trip(
        origin=first["origin"],
        destination=destination,
        date=pen.draw.choice(DATES),
        cabin=pen.draw.choice(CABINS),
        num_passengers=num_passengers,
        choice=pen.draw.choice(CHOICES),
    )


def _passengers(pen: Pen) -> list[Passenger]:
    user = pen.airline.user(pen.customer)
    known = [Passenger(**user["name"], dob=user["dob"]), *user["saved_passengers"]]
    num = pen.draw.choice(NUM_PASSENGERS)
    return [*known[:num], *(pen.passenger() for _ in range(num - len(known)))]


def _methods(pen: Pen) -> list[PaymentMethod]:
    customer = pen.customer
    if pen.draw.random() >= SHARE_OWN_PAYMENT:
        customer = pen.draw.choice(pen.scene.strangers)
    methods = list(pen.airline.user(customer)["payment_methods"].values())
    chosen = pen.draw.sample(methods, min(len(methods), pen.draw.choice(NUM_METHODS)))
    return sorted(chosen, key=lambda method: _LAST_TO_PAY.index(method["source"]))


def _flight_features(pen: Pen, legs: Sequence[Chosen], trip: Trip) -> dict[str, Scalar]:
    statuses = [pen.airline.status(leg.flight_number, leg.date) for leg in legs]
    closed = [status for status in statuses if status != "available"]
    seats = has_seats(pen.airline, legs, trip.cabin, trip.num_passengers)
    return {
        "new.num_flights": len(legs),
        "new.status": closed[0] if closed else "available",
        "new.seats_cover": bool(closed) or seats,
        "new.cabin": trip.cabin,
    }


def _payment_features(
    pen: Pen, methods: Sequence[PaymentMethod], amounts: Sequence[int]
) -> dict[str, Scalar]:
    own = pen.airline.user(pen.customer)["payment_methods"]
    same = Counter(told(method) for method in own.values())
    return {
        "payment.own": all(method["id"] in own for method in methods),
        "payment.kind": "+".join(sorted(method["source"] for method in methods)),
        "payment.num_alike": max(same[told(method)] for method in methods),
        "payment.all_needed": min(amounts) > 0,
        "funds_cover": all(
            "amount" not in method or method["amount"] >= amount
            for method, amount in zip(methods, amounts, strict=True)
        ),
    }
