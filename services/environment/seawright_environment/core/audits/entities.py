"""Entities: which table an id belongs to, and which person owns what, read from the ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.state import Table

PEOPLE = ("users", "customers", "members", "patrons", "clients", "people")
"""Names of a table of people, in the order in which they are looked for."""
USER_SIDE = "user"
"""The table that holds the user's own database; its keys are no ids."""
MAX_SCANNED = 20_000
"""Entities of a table that are looked at for who owns them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entity's table and id."""

    table: str
    key: str


def texts_in(value: JsonValue) -> Iterator[str]:
    """Yield every text inside a value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


@dataclass(kw_only=True)
class Entities:
    """One database's entities. Made once per audit; the view must not change."""

    view: Mapping[str, Table]

    @cached_property
    def people(self) -> str | None:
        """The table of people; None: there is none that is known by its name."""
        return next((name for name in PEOPLE if name in self.view), None)

    @cached_property
    def tables(self) -> list[str]:
        """The tables whose keys are ids."""
        return [name for name in self.view if name != USER_SIDE]

    def place_of(self, value: JsonValue, parameter: str = "") -> Place | None:
        """Return the entity that a value names; the parameter's name decides between tables."""
        if not isinstance(value, str):
            return None
        named = self.table_of(parameter)
        for name in [named] if named else self.tables:
            if value in self.view[name]:
                return Place(table=name, key=value)
        return None

    def table_of(self, parameter: str) -> str | None:
        """Return the table whose ids a parameter takes, as `orders` for `order_id`."""
        if not parameter.endswith("_id"):
            return None
        stem = parameter.removesuffix("_id")
        return next((name for name in self.tables if name in {stem, f"{stem}s"}), None)

    def places_in(self, value: JsonValue, parameter: str = "") -> list[Place]:
        """Return every entity that is named anywhere inside a value."""
        if isinstance(value, dict):
            found = [self.places_in(inner, key) for key, inner in value.items()]
            return [place for each in found for place in each]
        if isinstance(value, list):
            return [place for inner in value for place in self.places_in(inner)]
        place = self.place_of(value, parameter)
        return [place] if place else []

    def entity(self, place: Place) -> JsonValue:
        """Return an entity, not to be changed."""
        return cast("JsonValue", self.view[place.table][place.key])

    @cached_property
    def _owners(self) -> dict[Place, str]:
        people, owners = self.people, dict[Place, str]()
        if people is None:
            return owners
        for key in islice(self.view[people], MAX_SCANNED):
            for text in texts_in(cast("JsonValue", self.view[people][key])):
                for name in self.tables:
                    if name != people and text in self.view[name]:
                        owners.setdefault(Place(table=name, key=text), key)
        persons = self.view[people]
        for name in self.tables:
            if name == people:
                continue
            for key in islice(self.view[name], MAX_SCANNED):
                place = Place(table=name, key=key)
                if place not in owners:
                    owner = _first_text(cast("JsonValue", self.view[name][key]), persons)
                    if owner is not None:
                        owners[place] = owner
        return owners

    @cached_property
    def _belongings(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for place, owner in self._owners.items():
            found.setdefault(owner, []).append(place)
        return found

    def owner_of(self, place: Place) -> str | None:
        """Return the person to whom an entity belongs, himself for a person; None: nobody."""
        return place.key if place.table == self.people else self._owners.get(place)

    def belongings(self, person: str, table: str) -> list[str]:
        """Return the ids of a person's entities in a table, in order."""
        if table == self.people:
            return [person]
        return [each.key for each in self._belongings.get(person, []) if each.table == table]

    def others_than(self, person: str | None) -> Iterator[str]:
        """Yield the other people in order."""
        if self.people is not None:
            yield from (key for key in self.view[self.people] if key != person)

    def siblings(self, value: str, near: Place) -> list[str]:
        """Return what stands where a value stands, in an entity or in those it names."""
        entity = self.entity(near)
        found = _beside(entity, value)
        if found:
            return found
        for text in islice(dict.fromkeys(texts_in(entity)), 64):
            place = self.place_of(text)
            if place is not None and place != near:
                found = _beside(self.entity(place), value)
                if found:
                    return found
        return []


def _first_text(value: JsonValue, wanted: Mapping[str, object]) -> str | None:
    """Return the first field of an entity that names one of `wanted`; nested ones count not."""
    if not isinstance(value, dict):
        return None
    return next((v for v in value.values() if isinstance(v, str) and v in wanted), None)


def _beside(root: JsonValue, value: str) -> list[str]:
    if isinstance(root, dict):
        if value in root:
            return [key for key in root if key != value]
        inners: list[JsonValue] = list(root.values())
    elif isinstance(root, list):
        if value in root:
            return [each for each in root if isinstance(each, str) and each != value]
        found = _beside_in_rows(root, value)
        if found:
            return found
        inners = root
    else:
        return []
    for inner in inners:
        found = _beside(inner, value)
        if found:
            return found
    return []


def _beside_in_rows(rows: list[JsonValue], value: str) -> list[str]:
    """Return the values of one field in the other objects of a list."""
    for row in rows:
        if not isinstance(row, dict):
            continue
        field = next((key for key, inner in row.items() if inner == value), None)
        if field is not None:
            others = [each.get(field) for each in rows if isinstance(each, dict)]
            return [each for each in others if isinstance(each, str) and each != value]
    return []
