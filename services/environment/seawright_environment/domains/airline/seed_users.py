"""The users of a generated airline."""

import random
from dataclasses import dataclass

from seawright_environment.core.ledgers import Ledger
from seawright_environment.core.populations import scrambled, seed_of, unscrambled
from seawright_environment.domains.airline.people import (
    BRANDS,
    FIRST_NAMES,
    LAST_NAMES,
    STREETS,
    TOWNS,
    UNITS,
)
from seawright_environment.domains.airline.reservation_ids import NUM_IDS, read, spelled
from seawright_environment.domains.airline.seed_census import Census
from seawright_environment.domains.airline.seed_draws import drawing, weighted
from seawright_environment.domains.airline.state import (
    Address,
    Name,
    Passenger,
    PaymentMethod,
    User,
)

NUM_RESERVATIONS = dict(enumerate((10, 5, 15, 14, 16, 13, 10, 7, 5, 2, 2, 1)))
"""Users by number of reservations, of every hundred."""
MEMBERSHIPS = {"silver": 36, "gold": 35, "regular": 29}
NUM_METHODS = {1: 16, 2: 28, 3: 22, 4: 18, 5: 10, 6: 6}
MAX_METHODS = max(NUM_METHODS)
SOURCES = {"credit_card": 34, "gift_card": 34, "certificate": 32}
PAYING = {"credit_card": 1, "gift_card": 1}
"""The first method, so that everybody has one that a change can be paid with."""
CERTIFICATE_AMOUNTS = (100, 150, 200, 250, 500)
MAX_GIFT = 300
NUM_SAVED = {0: 10, 1: 50, 2: 28, 3: 12}
FIRST_METHOD, NUM_METHOD_IDS = 1_000_000, 9_000_000
"""The seven digits of a payment method's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Makes user n, always the same, and the ids of all reservations."""

    seed: int
    census: Census
    ledger: Ledger

    @staticmethod
    def of(seed: int) -> "Users":
        """Return the users of this seed."""
        ledger = Ledger(NUM_RESERVATIONS, "airline", seed, "reservations")
        return Users(seed=seed, census=Census(seed), ledger=ledger)

    def user(self, index: int) -> User:
        """Return user n."""
        who = self.census.identity(index)
        rng = drawing(self.seed, "user", index)
        return User(
            user_id=who.user_id,
            name=Name(first_name=who.first_name, last_name=who.last_name),
            address=_address(rng),
            email=who.email,
            dob=birthday(rng),
            payment_methods=self._payment_methods(rng, index),
            saved_passengers=[somebody(rng) for _ in range(weighted(rng, NUM_SAVED))],
            membership=weighted(rng, MEMBERSHIPS),
            reservations=[self.reservation_id(n) for n in self.ledger.records(index)],
        )

    def reservation_id(self, number: int) -> str:
        """Return the id of reservation n."""
        return spelled(scrambled(number, NUM_IDS, self._reservation_key()))

    def by_reservation_id(self, reservation_id: str) -> int | None:
        """Return the reservation of this id, which need not exist in a small airline."""
        number = read(reservation_id)
        return None if number is None else unscrambled(number, NUM_IDS, self._reservation_key())

    def _reservation_key(self) -> int:
        return seed_of("airline", self.seed, "reservation ids")

    def _payment_methods(self, rng: random.Random, index: int) -> dict[str, PaymentMethod]:
        key = seed_of("airline", self.seed, "methods")
        methods: dict[str, PaymentMethod] = {}
        for place in range(weighted(rng, NUM_METHODS)):
            source = weighted(rng, SOURCES if place else PAYING)
            number = scrambled(index * MAX_METHODS + place, NUM_METHOD_IDS, key)
            method_id = f"{source}_{FIRST_METHOD + number}"
            methods[method_id] = _payment_method(rng, source, method_id)
        return methods


def somebody(rng: random.Random) -> Passenger:
    """Return a passenger who need not be a user."""
    return Passenger(
        first_name=rng.choice(FIRST_NAMES), last_name=rng.choice(LAST_NAMES), dob=birthday(rng)
    )


def birthday(rng: random.Random) -> str:
    """Return a date of birth."""
    return f"{rng.randint(1950, 2004)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _address(rng: random.Random) -> Address:
    town = rng.choice(TOWNS)
    return Address(
        address1=f"{rng.randrange(100, 1000)} {rng.choice(STREETS)}",
        address2=f"{rng.choice(UNITS)} {rng.randrange(100, 1000)}",
        city=town.name,
        country="USA",
        state=town.state,
        zip=f"{town.zip_prefix}{rng.randrange(100):02d}",
    )


def _payment_method(rng: random.Random, source: str, method_id: str) -> PaymentMethod:
    if source == "credit_card":
        return PaymentMethod(
            source="credit_card",
            id=method_id,
            brand=rng.choice(BRANDS),
            last_four=f"{rng.randrange(1000, 10000)}",
        )
    if source == "gift_card":
        return PaymentMethod(
            source="gift_card", id=method_id, amount=float(rng.randint(0, MAX_GIFT))
        )
    return PaymentMethod(
        source="certificate", id=method_id, amount=float(rng.choice(CERTIFICATE_AMOUNTS))
    )
