"""Searches: entities found by another value than their id, without a scan per search."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.populations import Population
from seawright_environment.core.state import State

MAX_KNOWN = 20_000
"""Answers that are kept of one look-up in a generated table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A way to find a table's entities: by what `key` makes of them.

    A generated table answers it by its finder of the same name, a listed one by an index.
    """

    table: str
    name: str
    key: Callable[[JsonObject], str]


def search(state: State, lookup: Lookup, wanted: str) -> list[str]:
    """Return the ids whose key is the wanted one now, in the table's order."""
    base = state.base.tables[lookup.table]
    changed = state.overlay[lookup.table]
    known = _in_base(state, lookup, wanted)
    if not changed:
        return known
    found = [key for key in known if key not in changed]
    hits = [
        key
        for key, entity in changed.items()
        if entity is not None and lookup.key(entity) == wanted
    ]
    old = [key for key in hits if key in base]
    new = [key for key in hits if key not in base]
    if old:
        found = [*found, *old]
        if len(found) > 1:
            found.sort(key=_places(state, lookup.table))
    return [*found, *new]


def _in_base(state: State, lookup: Lookup, wanted: str) -> list[str]:
    base = state.base.tables[lookup.table]
    name = f"{lookup.table}/{lookup.name}"
    index = state.base.indexes.get(name)
    if isinstance(base, Population):
        if index is None:
            index = state.base.indexes[name] = {}
        known = index.get(wanted)
        if known is None:
            candidates = base.candidates(lookup.name, wanted)
            known = [key for key in candidates if lookup.key(base[key]) == wanted]
            if len(index) >= MAX_KNOWN:
                index.clear()
            if known:
                # What is not found is not kept: anybody may ask for anything.
                index[wanted] = known
        return known
    if index is None:
        index = state.base.indexes[name] = _index(base, lookup.key)
    return index.get(wanted, [])


def _index(
    table: Mapping[str, JsonObject], key_of: Callable[[JsonObject], str]
) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for key, entity in table.items():
        index.setdefault(key_of(entity), []).append(key)
    return index


def _places(state: State, table: str) -> Callable[[str], int]:
    base = state.base.tables[table]
    if isinstance(base, Population):
        population = base

        def place(key: str) -> int:
            position = population.position(key)
            assert position is not None, f"no {table}/{key}"
            return position

        return place
    listed = {key: position for position, key in enumerate(base)}
    return listed.__getitem__
