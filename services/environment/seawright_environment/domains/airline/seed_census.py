"""The users of a generated airline as far as their ids go: each leads back to its index.

User i is one point of first names x last names x numbers, chosen by a keyed permutation.
"""

import re
from dataclasses import dataclass

from seawright_environment.core.populations import scrambled, seed_of, unscrambled
from seawright_environment.domains.airline.people import FIRST_NAMES, LAST_NAMES

FIRST_NUMBER, NUM_NUMBERS = 1000, 9000
"""The four digits in ids and e-mail addresses."""
NUM_NAMES = len(FIRST_NAMES) * len(LAST_NAMES)
NUM_PEOPLE = NUM_NAMES * NUM_NUMBERS
"""More than the largest airline has users."""
_USER_ID = re.compile(r"([a-z]+)_([a-z]+)_([1-9][0-9]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a user is called."""

    first_name: str
    last_name: str
    user_id: str
    email: str


class Census:
    """The users of one seed, of whatever number."""

    def __init__(self, seed: int) -> None:
        self._people = seed_of("airline", seed, "people")
        self._emails = seed_of("airline", seed, "emails")

    def identity(self, index: int) -> Identity:
        """Return who user i is."""
        name, number = divmod(scrambled(index, NUM_PEOPLE, self._people), NUM_NUMBERS)
        first, last = divmod(name, len(LAST_NAMES))
        low = f"{FIRST_NAMES[first]}_{LAST_NAMES[last]}".lower()
        email_number = scrambled(number, NUM_NUMBERS, self._emails + name)
        return Identity(
            first_name=FIRST_NAMES[first],
            last_name=LAST_NAMES[last],
            user_id=f"{low}_{number + FIRST_NUMBER}",
            email=f"{low.replace('_', '.')}{email_number + FIRST_NUMBER}@example.com",
        )

    def by_user_id(self, user_id: str) -> int | None:
        """Return the user of this id, who need not exist in a small airline."""
        found = _USER_ID.fullmatch(user_id)
        if found is None or found[1] not in _FIRST or found[2] not in _LAST:
            return None
        name = _FIRST[found[1]] * len(LAST_NAMES) + _LAST[found[2]]
        place = name * NUM_NUMBERS + int(found[3]) - FIRST_NUMBER
        return unscrambled(place, NUM_PEOPLE, self._people)


_FIRST = {name.lower(): number for number, name in enumerate(FIRST_NAMES)}
_LAST = {name.lower(): number for number, name in enumerate(LAST_NAMES)}
assert len(_FIRST) == len(FIRST_NAMES), "a first name twice"
assert len(_LAST) == len(LAST_NAMES), "a last name twice"
