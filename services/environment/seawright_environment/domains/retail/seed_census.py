"""The customers of a generated shop as far as others must find them: names, zip codes, ids.

Customer i is one point of names x zip codes, chosen by a keyed permutation: no two customers
share name and zip code, and each of id, e-mail address and name with zip code leads back to i.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from seawright_environment.core.populations import scrambled, seed_of, unscrambled
from seawright_environment.domains.retail.people import CITIES, FIRST_NAMES, LAST_NAMES, City

ZIPS_PER_CITY = 100
NUM_PLACES = len(CITIES) * ZIPS_PER_CITY
NUM_PEOPLE = len(FIRST_NAMES) * len(LAST_NAMES) * NUM_PLACES
"""More than the largest shop has customers."""
FIRST_NUMBER, NUM_NUMBERS = 1000, 9000
"""The four digits in ids and e-mail addresses."""
_USER_ID = re.compile(r"([a-z]+)_([a-z]+)_([1-9][0-9]{3})")
_EMAIL = re.compile(r"([a-z]+)\.([a-z]+)([1-9][0-9]{3})@example\.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a customer is, and where he lives."""

    first_name: str
    last_name: str
    city: City
    zip: str
    user_id: str
    email: str


class Census:
    """The customers of one seed, of whatever number."""

    def __init__(self, seed: int) -> None:
        self._people = seed_of("retail", seed, "people")
        self._ids = seed_of("retail", seed, "ids")
        self._emails = seed_of("retail", seed, "emails")

    def person(self, index: int) -> Person:
        """Return who customer i is."""
        name, place = divmod(scrambled(index, NUM_PEOPLE, self._people), NUM_PLACES)
        first, last = divmod(name, len(LAST_NAMES))
        city, digits = divmod(place, ZIPS_PER_CITY)
        user_number = scrambled(place, NUM_NUMBERS, self._ids + name) + FIRST_NUMBER
        email_number = scrambled(place, NUM_NUMBERS, self._emails + name) + FIRST_NUMBER
        low_first, low_last = FIRST_NAMES[first].lower(), LAST_NAMES[last].lower()
        return Person(
            first_name=FIRST_NAMES[first],
            last_name=LAST_NAMES[last],
            city=CITIES[city],
            zip=f"{CITIES[city].zip_prefix}{digits:02d}",
            user_id=f"{low_first}_{low_last}_{user_number}",
            email=f"{low_first}.{low_last}{email_number}@example.com",
        )

    def by_user_id(self, user_id: str) -> int | None:
        """Return the customer of this id, who need not exist in a small shop."""
        return self._by_number(self._ids, _USER_ID.fullmatch(user_id))

    def by_email(self, email: str) -> Iterable[int]:
        """Return the customer of this address (lower case), if there may be one."""
        index = self._by_number(self._emails, _EMAIL.fullmatch(email))
        return () if index is None else (index,)

    def by_name_zip(self, wanted: str) -> Iterable[int]:
        """Return the customer of `first\\nlast\\nzip` (names in lower case), if there may be one."""
        first, last, zip_code = (*wanted.split("\n"), "", "")[:3]
        name = _name(first, last)
        place = _place(zip_code)
        if name is None or place is None:
            return ()
        return (self._index(name, place),)

    def _by_number(self, key: int, found: re.Match[str] | None) -> int | None:
        name = _name(found[1], found[2]) if found else None
        if found is None or name is None:
            return None
        number = int(found[3]) - FIRST_NUMBER
        place = unscrambled(number, NUM_NUMBERS, key + name)
        return self._index(name, place) if place < NUM_PLACES else None

    def _index(self, name: int, place: int) -> int:
        return unscrambled(name * NUM_PLACES + place, NUM_PEOPLE, self._people)


def _name(first: str, last: str) -> int | None:
    if first not in _FIRST or last not in _LAST:
        return None
    return _FIRST[first] * len(LAST_NAMES) + _LAST[last]


def _place(zip_code: str) -> int | None:
    city = _CITY.get(zip_code[:3])
    digits = zip_code[3:]
    if city is None or not re.fullmatch(r"[0-9]{2}", digits):
        return None
    return city * ZIPS_PER_CITY + int(digits)


_FIRST = {name.lower(): number for number, name in enumerate(FIRST_NAMES)}
_LAST = {name.lower(): number for number, name in enumerate(LAST_NAMES)}
_CITY = {city.zip_prefix: number for number, city in enumerate(CITIES)}
assert len(_FIRST) == len(FIRST_NAMES), "a first name twice"
assert len(_LAST) == len(LAST_NAMES), "a last name twice"
assert len(_CITY) == len(CITIES), "a zip prefix twice"
