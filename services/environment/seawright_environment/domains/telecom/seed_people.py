"""Who and what a generated carrier's records are called: every id leads back to its index.

Record numbers run customer by customer (`Ledger`); ids, telephone numbers and persons are points
of a range that a keyed permutation assigns, so that each is found without a table.
"""

import datetime
import random
import re
from dataclasses import dataclass, field

from seawright_environment.core.ledgers import Ledger
from seawright_environment.core.populations import scrambled, seed_of, unscrambled
from seawright_environment.domains.telecom.words import FIRST_NAMES, LAST_NAMES

NUM_LINES_SHARES = {1: 8, 2: 5, 3: 3, 4: 2}
NUM_BILLS_SHARES = {2: 3, 3: 4, 4: 4, 5: 3, 6: 2}
"""Customers by how many lines and bills they have, in a block."""
BORN_FIRST = datetime.date(1945, 1, 1)
NUM_BIRTHDAYS = 60 * 365
NUM_PEOPLE = len(FIRST_NAMES) * len(LAST_NAMES) * NUM_BIRTHDAYS
AREAS, EXCHANGES, NUMBERS = range(200, 500), range(200, 900), range(10_000)
"""The three parts of a telephone number."""
_NUM_PHONES = len(AREAS) * len(EXCHANGES) * len(NUMBERS)
_PHONE = re.compile(r"(\d{3})-(\d{3})-(\d{4})")
_FIRST = {name.lower(): number for number, name in enumerate(FIRST_NAMES)}
_LAST = {name.lower(): number for number, name in enumerate(LAST_NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """The ids of one kind of record: a letter and a number of fixed length."""

    letter: str
    digits: int
    seed: int

    @property
    def _size(self) -> int:
        return 9 * 10 ** (self.digits - 1)

    def id_of(self, index: int) -> str:
        """Return the id of a record."""
        number = 10 ** (self.digits - 1) + scrambled(index, self._size, self.seed)
        return f"{self.letter}{number}"

    def index_of(self, key: str) -> int | None:
        """Return the record of an id, which need not exist in a small carrier."""
        number = key[1:]
        is_shaped = key[:1] == self.letter and len(number) == self.digits
        if not is_shaped or not number.isascii() or not number.isdigit() or number[0] == "0":
            return None
        place = int(number) - 10 ** (self.digits - 1)
        return unscrambled(place, self._size, self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a customer is."""

    first_name: str
    last_name: str
    birthday: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The numbering of one seed's records, of whatever number of customers."""

    seed: int
    lines: Ledger = field(init=False)
    bills: Ledger = field(init=False)

    def __post_init__(self) -> None:
        key = ("telecom", self.seed)
        object.__setattr__(self, "lines", Ledger(NUM_LINES_SHARES, *key, "lines"))
        object.__setattr__(self, "bills", Ledger(NUM_BILLS_SHARES, *key, "bills"))

    def key(self, purpose: str) -> int:
        """Return the seed of one purpose."""
        return seed_of("telecom", self.seed, purpose)

    def draw(self, purpose: str, index: int) -> random.Random:
        """Return the source of one record's values, which depends on nothing else."""
        # Reproducible by seed; nothing secret depends on it.
        return random.Random(seed_of("telecom", self.seed, purpose, index))  # noqa: S311

    @property
    def customer_ids(self) -> Naming:
        """The ids of customers."""
        return Naming(letter="C", digits=7, seed=self.key("customer ids"))

    @property
    def line_ids(self) -> Naming:
        """The ids of lines."""
        return Naming(letter="L", digits=8, seed=self.key("line ids"))

    @property
    def device_ids(self) -> Naming:
        """The ids of devices; a device has its line's index."""
        return Naming(letter="D", digits=8, seed=self.key("device ids"))

    @property
    def bill_ids(self) -> Naming:
        """The ids of bills."""
        return Naming(letter="B", digits=8, seed=self.key("bill ids"))

    def person(self, customer: int) -> Person:
        """Return who a customer is: no two share name and birthday."""
        name, day = divmod(scrambled(customer, NUM_PEOPLE, self.key("people")), NUM_BIRTHDAYS)
        first, last = divmod(name, len(LAST_NAMES))
        birthday = BORN_FIRST + datetime.timedelta(days=day)
        return Person(
            first_name=FIRST_NAMES[first],
            last_name=LAST_NAMES[last],
            birthday=birthday.isoformat(),
        )

    def by_person(self, wanted: str) -> list[int]:
        """Return the customer of a lower-case full name and, in the next line, a birthday."""
        full_name, _, birthday = wanted.partition("\n")
        first, _, last = full_name.partition(" ")
        try:
            day = (datetime.date.fromisoformat(birthday) - BORN_FIRST).days
        except ValueError:
            return []
        if first not in _FIRST or last not in _LAST or not 0 <= day < NUM_BIRTHDAYS:
            return []
        place = (_FIRST[first] * len(LAST_NAMES) + _LAST[last]) * NUM_BIRTHDAYS + day
        return [unscrambled(place, NUM_PEOPLE, self.key("people"))]

    def phone(self, line: int) -> str:
        """Return a line's telephone number."""
        place = scrambled(line, _NUM_PHONES, self.key("phones"))
        rest, number = divmod(place, len(NUMBERS))
        area, exchange = divmod(rest, len(EXCHANGES))
        return f"{AREAS[area]}-{EXCHANGES[exchange]}-{number:04d}"

    def by_phone(self, wanted: str) -> list[int]:
        """Return the line of a telephone number, which need not exist in a small carrier."""
        parts = _PHONE.fullmatch(wanted)
        if parts is None or int(parts[1]) not in AREAS or int(parts[2]) not in EXCHANGES:
            return []
        area, exchange = int(parts[1]) - AREAS[0], int(parts[2]) - EXCHANGES[0]
        place = (area * len(EXCHANGES) + exchange) * len(NUMBERS) + int(parts[3])
        return [unscrambled(place, _NUM_PHONES, self.key("phones"))]

    def owner_by_phone(self, wanted: str) -> list[int]:
        """Return the customer of a line's telephone number."""
        return [self.lines.owner(line) for line in self.by_phone(wanted)]

    def owner_by_line_id(self, wanted: str) -> list[int]:
        """Return the customer of a line's id."""
        line = self.line_ids.index_of(wanted)
        return [] if line is None else [self.lines.owner(line)]
