"""Ways from one airport to another on a date, and which of them a customer's words mean."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_draws import Chosen, has_seats
from seawright_environment.domains.airline.searches import NEXT_DAY
from seawright_environment.domains.airline.state import Flight

CHOICES = ("cheapest", "earliest", "nonstop")
"""What a customer wants of a flight; `nonstop` is the cheapest without a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What a customer wants to book, but for which flights."""

    origin: str
    destination: str
    date: str
    cabin: str
    num_passengers: int
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """One flight, or two with a change of planes."""

    legs: tuple[Chosen, ...]
    departure: str


def itineraries(airline: Airline, trip: Trip) -> list[Itinerary]:
    """Return every way, open or not: direct ones first."""
    leaving = _by_origin(airline)
    direct = [
        _itinerary([flight], [trip.date])
        for flight in leaving[trip.origin]
        if flight["destination"] == trip.destination
    ]
    return direct if trip.choice == "nonstop" else [*direct, *_one_stop(leaving, trip)]


def open_itineraries(airline: Airline, trip: Trip) -> list[Itinerary]:
    """Return every way on which all passengers find a seat."""
    return [
        way
        for way in itineraries(airline, trip)
        if all(airline.status(leg.flight_number, leg.date) == "available" for leg in way.legs)
        and has_seats(airline, way.legs, trip.cabin, trip.num_passengers)
    ]


def best_itineraries(airline: Airline, trip: Trip) -> list[Itinerary]:
    """Return the ways that fit the customer's words best: more than one where they tie."""
    ways = open_itineraries(airline, trip)
    if trip.choice == "earliest":
        ranked = [(way.departure, way) for way in ways]
        first = min((rank for rank, _ in ranked), default=None)
        return [way for rank, way in ranked if rank == first]
    priced = [(fare(airline, way.legs, trip.cabin), way) for way in ways]
    least = min((price for price, _ in priced), default=None)
    return [way for price, way in priced if price == least]


def fare(airline: Airline, legs: Sequence[Chosen], cabin: str) -> int:
    """Return one passenger's dollars for flights; what has no price counts none."""
    total = 0
    for leg in legs:
        day = airline.day(leg.flight_number, leg.date)
        total += day["prices"][cabin] if day is not None and "prices" in day else 0
    return total


def _by_origin(airline: Airline) -> dict[str, list[Flight]]:
    leaving: dict[str, list[Flight]] = defaultdict(list)
    for entity in airline.view["flights"].values():
        flight = cast("Flight", cast("object", entity))
        leaving[flight["origin"]].append(flight)
    return leaving


def _one_stop(leaving: dict[str, list[Flight]], trip: Trip) -> Iterator[Itinerary]:
    for first in leaving[trip.origin]:
        arrival = first["scheduled_arrival_time_est"]
        onward = _day_of(trip.date, arrival)
        for second in leaving[first["destination"]]:
            if second["destination"] == trip.destination and second[
                "scheduled_departure_time_est"
            ] >= arrival.removesuffix(NEXT_DAY):
                yield _itinerary([first, second], [trip.date, onward])


def _itinerary(flights: Sequence[Flight], dates: Sequence[str]) -> Itinerary:
    return Itinerary(
        legs=tuple(
            Chosen(flight_number=flight["flight_number"], date=date)
            for flight, date in zip(flights, dates, strict=True)
        ),
        departure=flights[0]["scheduled_departure_time_est"],
    )


def _day_of(date: str, arrival: str) -> str:
    if NEXT_DAY not in arrival:
        return date
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat()
