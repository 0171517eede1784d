"""The numbers of a generated carrier: ids, telephone numbers, names. Each leads back to its owner.

All come from keyed permutations, so that no table of them is kept and none depends on how many
customers there are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from seawright_environment.core.ledgers import Ledger
from seawright_environment.core.populations import scrambled, seed_of, unscrambled
from seawright_environment.domains.telecom.people import FIRST_NAMES, LAST_NAMES, TOWNS

NUM_LINES = {0: 4, 1: 42, 2: 28, 3: 16, 4: 7, 5: 3}
"""Customers by number of lines, of every hundred."""
NUM_BILLS = {1: 10, 2: 15, 3: 25, 4: 25, 5: 15, 6: 10}
"""Customers by number of bills, of every hundred."""
FIRST_BIRTHDAY = date(1940, 1, 1)
NUM_BIRTHDAYS = 24_000
NUM_PEOPLE = len(FIRST_NAMES) * len(LAST_NAMES) * NUM_BIRTHDAYS
"""More than the largest carrier has customers."""
AREA_CODES = tuple(sorted({town.area_code for town in TOWNS}))
FIRST_EXCHANGE, NUM_EXCHANGES, NUM_ENDINGS = 200, 400, 10_000
NUM_PHONES = len(AREA_CODES) * NUM_EXCHANGES * NUM_ENDINGS
"""Of lines; contact numbers that are no line of the carrier's are as many, at other exchanges."""
_PHONE = re.compile(r"([0-9]{3})-([0-9]{3})-([0-9]{4})")
_FIRST = {name.lower(): number for number, name in enumerate(FIRST_NAMES)}
_LAST = {name.lower(): number for number, name in enumerate(LAST_NAMES)}
assert len(_FIRST) == len(FIRST_NAMES), "a first name twice"
assert len(_LAST) == len(LAST_NAMES), "a last name twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a customer is."""

    full_name: str
    birthday: str


class IdSpace:
    """Ids of one kind: a letter and so many digits, the first of which is not 0."""

    def __init__(self, letter: str, num_digits: int, seed: int) -> None:
        self._pattern = re.compile(rf"{letter}([1-9][0-9]{{{num_digits - 1}}})")
        self._letter = letter
        self._first = 10 ** (num_digits - 1)
        self._size = 9 * self._first
        self._key = seed_of("telecom", seed, letter)

    def id_of(self, index: int) -> str:
        """Return the id of number n."""
        return f"{self._letter}{self._first + scrambled(index, self._size, self._key)}"

    def index_of(self, key: str) -> int | None:
        """Return the number of an id, which need not exist at a small carrier."""
        found = self._pattern.fullmatch(key)
        return unscrambled(int(found[1]) - self._first, self._size, self._key) if found else None


class Numbers:
    """Whose is which number, at the carrier of one seed, of whatever size."""

    def __init__(self, seed: int) -> None:
        self.customer_ids = IdSpace("C", 7, seed)
        self.line_ids = IdSpace("L", 8, seed)
        self.device_ids = IdSpace("D", 8, seed)
        self.bill_ids = IdSpace("B", 8, seed)
        self.lines = Ledger(NUM_LINES, "telecom", seed, "lines")
        self.bills = Ledger(NUM_BILLS, "telecom", seed, "bills")
        self._people = seed_of("telecom", seed, "people")
        self._phones = seed_of("telecom", seed, "phones")

    def identity(self, customer: int) -> Identity:
        """Return who a customer is; no two share name and birthday."""
        name, day = divmod(scrambled(customer, NUM_PEOPLE, self._people), NUM_BIRTHDAYS)
        first, last = divmod(name, len(LAST_NAMES))
        return Identity(
            full_name=f"{FIRST_NAMES[first]} {LAST_NAMES[last]}",
            birthday=(FIRST_BIRTHDAY + timedelta(days=day)).isoformat(),
        )

    def by_name_birthday(self, wanted: str) -> Iterable[int]:
        """Return the customer of `first last\\nYYYY-MM-DD` (lower case), if there may be one."""
        name, _, birthday = wanted.partition("\n")
        first, _, last = name.partition(" ")
        day = _day(birthday)
        if first not in _FIRST or last not in _LAST or day is None:
            return ()
        place = (_FIRST[first] * len(LAST_NAMES) + _LAST[last]) * NUM_BIRTHDAYS + day
        return (unscrambled(place, NUM_PEOPLE, self._people),)

    def line_phone(self, line: int) -> str:
        """Return the number of a line."""
        return self._spelled(line, is_line=True)

    def contact_phone(self, customer: int) -> str:
        """Return a number at which a customer is reached otherwise."""
        return self._spelled(customer, is_line=False)

    def line_by_phone(self, phone_number: str) -> Iterable[int]:
        """Return the line of this number, if there may be one."""
        return self._by_phone(phone_number, is_line=True)

    def customer_by_phone(self, phone_number: str) -> Iterable[int]:
        """Return the customers that may give this number as their own."""
        lines = self.line_by_phone(phone_number)
        owners = [self.lines.owner(line) for line in lines]
        return [*owners, *self._by_phone(phone_number, is_line=False)]

    def customer_by_line(self, line_id: str) -> Iterable[int]:
        """Return the customer of a line, if there may be one."""
        line = self.line_ids.index_of(line_id)
        return () if line is None else (self.lines.owner(line),)

    def _spelled(self, index: int, *, is_line: bool) -> str:
        place = scrambled(index, NUM_PHONES, self._phones + is_line)
        area, rest = divmod(place, NUM_EXCHANGES * NUM_ENDINGS)
        exchange, ending = divmod(rest, NUM_ENDINGS)
        exchange += FIRST_EXCHANGE + (0 if is_line else NUM_EXCHANGES)
        return f"{AREA_CODES[area]}-{exchange}-{ending:04d}"

    def _by_phone(self, phone_number: str, *, is_line: bool) -> Iterable[int]:
        found = _PHONE.fullmatch(phone_number)
        if found is None or found[1] not in AREA_CODES:
            return ()
        exchange = int(found[2]) - FIRST_EXCHANGE - (0 if is_line else NUM_EXCHANGES)
        if not 0 <= exchange < NUM_EXCHANGES:
            return ()
        area = AREA_CODES.index(found[1])
        place = (area * NUM_EXCHANGES + exchange) * NUM_ENDINGS + int(found[3])
        return (unscrambled(place, NUM_PHONES, self._phones + is_line),)


def _day(birthday: str) -> int | None:
    try:
        day = (date.fromisoformat(birthday) - FIRST_BIRTHDAY).days
    except ValueError:
        return None
    return day if 0 <= day < NUM_BIRTHDAYS else None
