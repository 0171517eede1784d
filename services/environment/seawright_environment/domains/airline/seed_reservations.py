"""The reservations of a generated airline, some flown, some ahead, some on their way."""

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.domains.airline.bookings import BAG_PRICE, INSURANCE_PRICE
from seawright_environment.domains.airline.seed_draws import drawing, weighted
from seawright_environment.domains.airline.seed_flights import DATES, FIRST_DATE, NOW_AT
from seawright_environment.domains.airline.seed_network import PRICES, Leg, Network
from seawright_environment.domains.airline.seed_users import (
    CERTIFICATE_AMOUNTS,
    FIRST_METHOD,
    NUM_METHOD_IDS,
    Users,
    somebody,
)
from seawright_environment.domains.airline.state import (
    Passenger,
    Payment,
    Reservation,
    ReservationFlight,
    User,
)

CABINS = {"economy": 34, "business": 33, "basic_economy": 33}
SHARE_ROUND, SHARE_ONE_STOP, SHARE_INSURED = 0.48, 0.65, 0.5
NUM_PASSENGERS = {1: 46, 2: 32, 3: 15, 4: 5, 5: 2}
SHARE_OF_OWN = 0.85
"""Reservations on which the user flies."""
SHARE_RECENT = 0.1
"""Made within the last day."""
SHARE_CANCELLED = 0.04
SHARE_BY_CERTIFICATE = 0.06
"""Paid in part by a certificate, which is gone since."""
SHARE_PAID_BAGS = 0.08
BAGS_OF_PASSENGERS = (0.6, 0.3, 0.1)
"""Shares of passengers who take no bag, one, two, as far as these are free."""
MAX_DAYS_AHEAD, MAX_STAY = 13, 8
FREE_BAGS = {
    "regular": {"basic_economy": 0, "economy": 1, "business": 2},
    "silver": {"basic_economy": 1, "economy": 2, "business": 3},
    "gold": {"basic_economy": 2, "economy": 3, "business": 4},
}
"""Of each passenger, by the user's membership and the cabin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """Where a reservation goes: legs out and, of a round trip, back."""

    out: Sequence[Leg]
    back: Sequence[Leg]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservations:
    """Makes reservation n, always the same."""

    users: Users
    network: Network

    def reservation(self, number: int) -> Reservation:
        """Return reservation n."""
        user = self.users.user(self.users.ledger.owner(number))
        rng = drawing(self.users.seed, "reservation", number)
        trip = _trip(rng, self.network)
        cabin = weighted(rng, CABINS)
        created = _created(rng)
        flights = _flights(rng, trip, cabin, created)
        passengers = _passengers(rng, user)
        free = min(
            sum(rng.choices(range(3), BAGS_OF_PASSENGERS, k=len(passengers))),
            FREE_BAGS[user["membership"]][cabin] * len(passengers),
        )
        paid_bags = rng.randint(1, 2) if rng.random() < SHARE_PAID_BAGS else 0
        if paid_bags:
            free = FREE_BAGS[user["membership"]][cabin] * len(passengers)
        is_insured = rng.random() < SHARE_INSURED
        fare = sum(flight["price"] for flight in flights) + INSURANCE_PRICE * is_insured
        history = _payments(rng, user, fare * len(passengers) + BAG_PRICE * paid_bags)
        is_cancelled = len(history) == 1 and rng.random() < SHARE_CANCELLED
        if is_cancelled:
            paid = history[0]
            history.append(Payment(payment_id=paid["payment_id"], amount=-paid["amount"]))
        return Reservation(
            reservation_id=self.users.reservation_id(number),
            user_id=user["user_id"],
            origin=trip.out[0].origin,
            destination=trip.out[-1].destination,
            flight_type="round_trip" if trip.back else "one_way",
            cabin=cabin,
            flights=flights,
            passengers=passengers,
            payment_history=history,
            created_at=created.isoformat(),
            total_baggages=free + paid_bags,
            nonfree_baggages=paid_bags,
            insurance="yes" if is_insured else "no",
            status="cancelled" if is_cancelled else None,
        )


def _trip(rng: random.Random, network: Network) -> _Trip:
    first = rng.choice(network.legs)
    out = [first]
    if rng.random() < SHARE_ONE_STOP:
        onward = [
            leg
            for leg in network.leaving[first.destination]
            if leg.departure >= first.arrival and leg.destination != first.origin
        ]
        out += [rng.choice(onward)] if onward else []
    if rng.random() >= SHARE_ROUND:
        return _Trip(out=out, back=())
    here, home = out[-1].destination, first.origin
    ways = network.trips(here, home, num_legs=len(out))
    ways = ways or network.trips(here, home, num_legs=3 - len(out))
    return _Trip(out=out, back=rng.choice(ways) if ways else ())


def _created(rng: random.Random) -> datetime.datetime:
    """Return when it was booked: some in the last day, the others in two weeks before."""
    day = 24 * 60 * 60
    ago = rng.randrange(1, day) if rng.random() < SHARE_RECENT else rng.randrange(day, 15 * day)
    return NOW_AT - datetime.timedelta(seconds=ago)


def _flights(
    rng: random.Random, trip: _Trip, cabin: str, created: datetime.datetime
) -> list[ReservationFlight]:
    booked = max(0, (created.date() - FIRST_DATE).days)
    last = len(DATES) - 1
    leaves = min(booked + rng.randint(1, MAX_DAYS_AHEAD), last - 1)
    returns = min(leaves + rng.randint(1, MAX_STAY), last)
    dated = [(leg, DATES[leaves]) for leg in trip.out]
    dated += [(leg, DATES[returns]) for leg in trip.back]
    return [
        ReservationFlight(
            flight_number=leg.flight_number,
            origin=leg.origin,
            destination=leg.destination,
            date=date,
            price=rng.randint(*PRICES[cabin]),
        )
        for leg, date in dated
    ]


def _passengers(rng: random.Random, user: User) -> list[Passenger]:
    own = Passenger(**user["name"], dob=user["dob"])
    others = list(user["saved_passengers"])
    rng.shuffle(others)
    known = [own, *others] if rng.random() < SHARE_OF_OWN else others
    num = weighted(rng, NUM_PASSENGERS)
    return [*known[:num], *(somebody(rng) for _ in range(num - len(known)))]


def _payments(rng: random.Random, user: User, price: int) -> list[Payment]:
    """Return what was paid, by a card and perhaps a certificate that is gone since."""
    methods = user["payment_methods"]
    cards = [key for key, method in methods.items() if method["source"] != "certificate"]
    card = rng.choice(cards)
    if rng.random() >= SHARE_BY_CERTIFICATE:
        return [Payment(payment_id=card, amount=price)]
    used = f"certificate_{FIRST_METHOD + rng.randrange(NUM_METHOD_IDS)}"
    worth = rng.choice(CERTIFICATE_AMOUNTS)
    if worth >= price or used in methods:
        return [Payment(payment_id=card, amount=price)]
    return [Payment(payment_id=used, amount=worth), Payment(payment_id=card, amount=price - worth)]
