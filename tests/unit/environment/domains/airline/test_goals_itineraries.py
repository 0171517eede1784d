"""What a customer's words mean among all ways from here to there."""

import json
import random
from typing import Any, cast

import pytest

from seawright_environment.core.world import World
from seawright_environment.domains.airline.airports import AIRPORTS
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_itineraries import (
    CHOICES,
    Itinerary,
    Trip,
    best_itineraries,
    fare,
    open_itineraries,
)
from tests.support.airline_synthesis import airline

DATES = ("2024-05-14", "2024-05-18", "2024-05-22", "2024-05-29")


def trips(num: int) -> list[Trip]:
    draw = random.Random(7)
    codes = [airport.iata for airport in AIRPORTS]
    return [
        Trip(
            origin=origin,
            destination=destination,
            date=draw.choice(DATES),
            cabin=draw.choice(("economy", "business")),
            num_passengers=draw.randint(1, 5),
            choice=CHOICES[number % 3],
        )
        for number in range(num)
        for origin, destination in [draw.sample(codes, 2)]
    ]


def told_by_the_tools(trip: Trip) -> set[tuple[tuple[str, str], ...]]:
    """Return the ways that the searches show, with seats for all."""
    world = World.open(airline())
    where: Any = {"origin": trip.origin, "destination": trip.destination, "date": trip.date}
    direct: Any = json.loads(world.call("assistant", "search_direct_flight", where).content)
    ways: list[Any] = [[one] for one in direct]
    if trip.choice != "nonstop":
        ways += json.loads(world.call("assistant", "search_onestop_flight", where).content)
    return {
        tuple((leg["flight_number"], leg["date"]) for leg in way)
        for way in ways
        if all(leg["available_seats"][trip.cabin] >= trip.num_passengers for leg in way)
    }


def legs(way: Itinerary) -> tuple[tuple[str, str], ...]:
    return tuple((leg.flight_number, leg.date) for leg in way.legs)


def test_the_ways_are_those_that_the_searches_show():
    here = Airline(World.open(airline()).view)
    num = 0
    for trip in trips(150):
        found = {legs(way) for way in open_itineraries(here, trip)}
        assert found == told_by_the_tools(trip)
        num += len(found)
    assert num > 100


@pytest.mark.parametrize("choice", CHOICES)
def test_no_way_fits_better_than_the_best(choice: str):
    here = Airline(World.open(airline()).view)
    num = 0
    for trip in [trip for trip in trips(200) if trip.choice == choice]:
        ways, best = open_itineraries(here, trip), best_itineraries(here, trip)
        assert bool(best) == bool(ways)

        def rank(way: Itinerary, trip: Trip = trip) -> Any:
            cost = fare(here, way.legs, trip.cabin)
            return way.departure if choice == "earliest" else cost

        least = min(map(rank, ways), default=None)
        assert {legs(way) for way in best} == {legs(way) for way in ways if rank(way) == least}
        num += len(best)
    assert num > 10


def test_nonstop_is_one_flight():
    here = Airline(World.open(airline()).view)
    for trip in trips(120):
        if trip.choice == "nonstop":
            assert all(len(way.legs) == 1 for way in open_itineraries(here, trip))
        flights = cast("Any", World.open(airline()).view["flights"])
        for way in open_itineraries(here, trip):
            assert flights[way.legs[0].flight_number]["origin"] == trip.origin
            assert flights[way.legs[-1].flight_number]["destination"] == trip.destination
