"""The flights of a generated airline on thirty dates around the moment of the episodes."""

import datetime
import random
from collections.abc import Sequence

from seawright_environment.domains.airline.seed_draws import drawing
from seawright_environment.domains.airline.seed_network import PRICES, Leg
from seawright_environment.domains.airline.state import NOW, Flight, FlightDay

NOW_AT = datetime.datetime.fromisoformat(NOW)
FIRST_DATE = datetime.date(2024, 5, 1)
NUM_DATES = 30
DATES: Sequence[str] = tuple(
    (FIRST_DATE + datetime.timedelta(days=day)).isoformat() for day in range(NUM_DATES)
)
SHARE_CANCELLED = {"before": 0.08, "today": 0.06, "after": 0.02}
"""By whether the flight would have left before, on, or after the day of the episodes."""
SHARE_DELAYED = 0.35
"""Of those of today that are still on the ground."""
MAX_SEATS = 20
EARLIEST, LATEST = -30, 30
"""Minutes by which a departure or an arrival differs from the timetable."""
DELAYS = range(40, 300, 5)
"""Minutes."""


def flight(seed: int, leg: Leg) -> Flight:
    """Return a flight with all its dates."""
    rng = drawing(seed, "flight", leg.number)
    return Flight(
        flight_number=leg.flight_number,
        origin=leg.origin,
        destination=leg.destination,
        scheduled_departure_time_est=leg.departure_time,
        scheduled_arrival_time_est=leg.arrival_time,
        dates={date: _day(rng, leg, date) for date in DATES},
    )


def _day(rng: random.Random, leg: Leg, date: str) -> FlightDay:
    midnight = datetime.datetime.fromisoformat(date)
    leaves = midnight + datetime.timedelta(hours=leg.departure)
    lands = midnight + datetime.timedelta(hours=leg.arrival)
    when = "today"
    if midnight.date() != NOW_AT.date():
        when = "before" if midnight < NOW_AT else "after"
    if rng.random() < SHARE_CANCELLED[when]:
        return FlightDay(status="cancelled")
    if when == "after":
        return _open(rng)
    if lands + datetime.timedelta(minutes=LATEST) <= NOW_AT:
        return FlightDay(
            status="landed",
            actual_departure_time_est=_about(rng, leaves),
            actual_arrival_time_est=_about(rng, lands),
        )
    if leaves + datetime.timedelta(minutes=LATEST) <= NOW_AT:
        return FlightDay(
            status="flying",
            actual_departure_time_est=_about(rng, leaves),
            estimated_arrival_time_est=_about(rng, max(lands, NOW_AT) + _HOUR),
        )
    late = datetime.timedelta(0)
    if rng.random() < SHARE_DELAYED:
        late = datetime.timedelta(minutes=rng.choice(DELAYS))
    return FlightDay(
        status="delayed" if late else "on time",
        estimated_departure_time_est=(leaves + late).isoformat(),
        estimated_arrival_time_est=(lands + late).isoformat(),
    )


_HOUR = datetime.timedelta(hours=1)


def _open(rng: random.Random) -> FlightDay:
    return FlightDay(
        status="available",
        available_seats={cabin: rng.randint(0, MAX_SEATS) for cabin in PRICES},
        prices={cabin: rng.randint(*between) for cabin, between in PRICES.items()},
    )


def _about(rng: random.Random, moment: datetime.datetime) -> str:
    return (moment + datetime.timedelta(minutes=rng.randint(EARLIEST, LATEST))).isoformat()
