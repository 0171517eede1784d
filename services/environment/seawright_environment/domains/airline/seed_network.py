"""The network of a generated airline: which flights there are, when they leave, what they cost.

The same for every number of users. Times of day are those of tau2-bench's data: whole hours,
Eastern, an arrival after midnight ending in `+1`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from seawright_environment.domains.airline.airports import AIRPORTS
from seawright_environment.domains.airline.searches import NEXT_DAY
from seawright_environment.domains.airline.seed_draws import drawing

NUM_ROUTES = 75
"""Pairs of airports that are linked both ways."""
DEPARTURES_PER_DAY = 2
NUM_FLIGHTS = NUM_ROUTES * 2 * DEPARTURES_PER_DAY
FIRST_HOUR, LAST_HOUR = 5, 23
HOURS = range(1, 6)
"""How long a flight may take."""
PRICES = {"basic_economy": (50, 100), "economy": (100, 200), "business": (200, 500)}
"""Dollars of one flight for one passenger, from and to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A flight as the timetable has it."""

    number: int
    flight_number: str
    origin: str
    destination: str
    departure: int
    """Hour of the day."""
    hours: int

    @property
    def arrival(self) -> int:
        """Hour after midnight of the day of departure; 24 and more is the next day."""
        return self.departure + self.hours

    @property
    def departure_time(self) -> str:
        """As the state has it."""
        return f"{self.departure:02d}:00:00"

    @property
    def arrival_time(self) -> str:
        """As the state has it."""
        late = NEXT_DAY if self.arrival >= 24 else ""
        return f"{self.arrival % 24:02d}:00:00{late}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All flights, by number and by airport of departure."""

    legs: Sequence[Leg]
    leaving: Mapping[str, Sequence[Leg]]

    def trips(self, origin: str, destination: str, *, num_legs: int) -> list[tuple[Leg, ...]]:
        """Return every way from one airport to another with one flight, or two on one day."""
        if num_legs == 1:
            return [(leg,) for leg in self.leaving[origin] if leg.destination == destination]
        return [
            (first, second)
            for first in self.leaving[origin]
            for second in self.leaving[first.destination]
            if second.destination == destination and second.departure >= first.arrival
        ]


def network_of(seed: int) -> Network:
    """Return the network of this seed."""
    rng = drawing(seed, "network", 0)
    codes = [airport.iata for airport in AIRPORTS]
    legs: list[Leg] = []
    for one, other in _routes(rng, codes):
        hours = rng.choice(HOURS)
        for origin, destination in ((one, other), (other, one)):
            for departure in rng.sample(range(FIRST_HOUR, LAST_HOUR + 1), DEPARTURES_PER_DAY):
                number = len(legs)
                legs.append(
                    Leg(
                        number=number,
                        flight_number=flight_number(number),
                        origin=origin,
                        destination=destination,
                        departure=departure,
                        hours=hours,
                    )
                )
    return Network(
        legs=legs, leaving={code: [leg for leg in legs if leg.origin == code] for code in codes}
    )


def flight_number(number: int) -> str:
    """Return the name of flight n."""
    return f"SWR{number + 1:03d}"


def _routes(rng: random.Random, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return linked pairs: a ring, so that every airport is reached, and others at random."""
    shuffled = rng.sample(codes, len(codes))
    ring = list(zip(shuffled, [*shuffled[1:], shuffled[0]], strict=True))
    linked = {frozenset(pair) for pair in ring}
    others = [pair for pair in combinations(codes, 2) if frozenset(pair) not in linked]
    return [*ring, *rng.sample(others, NUM_ROUTES - len(ring))]
