"""Random names, ids and small JSON worlds of no domain in particular."""

import json
import string
from random import Random

from pydantic import JsonValue

from seawright_console.tiny_base.words import NOUNS, QUALITIES, SYLLABLES

RETAIL_WORDS = frozenset(
    ["order", "orders", "user", "users", "product", "products", "item", "items", "customer"]
)
"""Never the subject of a toy dialogue: the tiny model meets them first in its real domain."""

PEOPLE = [
    "member",
    "patient",
    "guest",
    "student",
    "driver",
    "visitor",
    "player",
    "owner",
    "reader",
    "tenant",
    "teacher",
]
RECORDS = [
    "booking",
    "loan",
    "parcel",
    "visit",
    "permit",
    "ticket",
    "repair",
    "lesson",
    "case",
    "tour",
    "pass",
    "rental",
    "plot",
]
PARTS = [
    "book",
    "box",
    "room",
    "seat",
    "lamp",
    "key",
    "map",
    "tool",
    "engine",
    "tent",
    "lens",
    "wheel",
    "garment",
    "plant",
    "shelf",
]
PLACES = [
    "library",
    "clinic",
    "garage",
    "museum",
    "school",
    "theatre",
    "park",
    "harbour",
    "station",
    "farm",
    "gym",
]
SIMPLE = [word for word in NOUNS if word not in RETAIL_WORDS and len(word) > 2]
TRAITS = [
    "color",
    "size",
    "material",
    "type",
    "style",
    "kind",
    "shape",
    "weight",
    "height",
    "length",
    "theme",
    "mode",
    "level",
]
CITIES = [
    "Arlo",
    "Bexton",
    "Corby",
    "Dunmore",
    "Elgin",
    "Farrow",
    "Galway",
    "Hexham",
    "Ilford",
    "Jarrow",
    "Kelso",
    "Lorne",
]
STREETS = ["Road", "Street", "Lane", "Avenue", "Drive", "Way", "Court"]


def digits(random: Random, low: int, high: int) -> str:
    """Return a run of digits of a random length."""
    return "".join(random.choices(string.digits, k=random.randint(low, high)))


def invented(random: Random) -> str:
    """Return a pronounceable lower-case name."""
    return "".join(random.choices(SYLLABLES[:90], k=random.choice((2, 2, 3))))


def code(random: Random, word: str) -> str:
    """Return an id in one of many shapes."""
    letter = random.choice(string.ascii_uppercase)
    shapes = (
        lambda: digits(random, 5, 7),
        lambda: digits(random, 10, 10),
        lambda: digits(random, 10, 10),
        lambda: f"#{letter}{digits(random, 5, 8)}",
        lambda: f"#{letter}{digits(random, 7, 7)}",
        lambda: f"{word}_{digits(random, 4, 7)}",
        lambda: f"{letter}{random.choice(string.ascii_uppercase)}-{digits(random, 3, 6)}",
        lambda: f"{random.choice(SIMPLE)}_{word}_{digits(random, 4, 7)}",
        lambda: f"{invented(random)}_{invented(random)}_{digits(random, 4, 4)}",
    )
    return random.choice(shapes)()


class Codes:
    """Ids of one shape for one kind of thing: like neighbours in a real table."""

    def __init__(self, random: Random, word: str) -> None:
        self._random = random
        pattern = code(random, word)
        self._fixed = pattern.rstrip(string.digits)
        self._length = len(pattern) - len(self._fixed)
        self._drawn: set[str] = set()

    def draw(self) -> str:
        """Return the next id; none is drawn twice."""
        while (
            drawn := self._fixed + digits(self._random, self._length, self._length)
        ) in self._drawn:
            continue
        self._drawn.add(drawn)
        return drawn


def value(random: Random) -> str:
    """Return a trait's value: a quality, two of them, or a measure."""
    kind = random.random()
    if kind < 0.7:
        return random.choice(QUALITIES)
    if kind < 0.8:
        return f"{random.choice(QUALITIES)} {random.choice(QUALITIES)}"
    if kind < 0.92:
        unit = random.choice(("cm", "mm", "inch", "GB", "ml", "L", "W", " pieces", "-inch"))
        return f"{random.randint(1, 999)}{unit}"
    return invented(random)


def place(random: Random, names: list[str]) -> dict[str, JsonValue]:
    """Return an address-like object under the given field names."""
    values: list[JsonValue] = [
        f"{random.randint(10, 999)} {invented(random).capitalize()} {random.choice(STREETS)}",
        f"{random.choice(('Suite', 'Unit', 'Floor', 'Room'))} {random.randint(1, 999)}",
        random.choice((random.choice(CITIES), invented(random).capitalize())),
        "".join(random.choices(string.ascii_uppercase, k=2)),
        random.choice(("USA", "UK", "Norland", "Sudria")),
        digits(random, 5, 5),
    ]
    return dict(zip(names, values, strict=False))


def written(random: Random, thing: JsonValue, *, is_compact: bool) -> str:
    """Return JSON text in one of the two usual spacings."""
    del random
    separators = (",", ":") if is_compact else (", ", ": ")
    return json.dumps(thing, separators=separators, ensure_ascii=False)
