"""State: an immutable base database under a private overlay of what one episode changed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from seawright_environment.core.json_values import JsonObject, Tables, copied
from seawright_environment.core.populations import ids_of
from seawright_environment.core.state_hashing import SideHash, TextHash

Overlay = dict[str, dict[str, JsonObject | None]]
"""Changed entities by table and id; None marks a deleted one."""
MAX_TEXTS = 20_000
"""Texts that a database keeps; a large one is read a little at a time."""


@dataclass(slots=True, kw_only=True)
class Database:
    """An immutable base, shared by all sessions of a process. `tables` must never be changed."""

    name: str
    """What made it: equal names mean equal content."""
    tables: Tables
    has_text_hash: bool
    """Whether states hash like tau2-bench (whole text), or by what differs from the base."""
    is_exact: bool = False
    """Whether known defects of tau2-bench's tools are kept (on its own data) or corrected."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """JSON texts of entities that were read, made once."""
    indexes: dict[str, dict[str, list[str]]] = field(
        default_factory=dict[str, dict[str, list[str]]]
    )
    """A domain's lookups over the base, made at first use."""
    text_hash: TextHash | None = None
    side_hash: SideHash | None = None

    def hash_of(self, overlay: Overlay) -> str:
        """Return tau2-bench's hash of the base with an overlay."""
        if self.text_hash is None:
            self.text_hash = TextHash(self.tables)
        return self.text_hash.digest(overlay)

    def side_hash_of(self, overlay: Overlay, user_table: str, list_tables: frozenset[str]) -> str:
        """Return tau2-bench's hash of the agent's side, where the user has a table of his own."""
        if self.side_hash is None:
            side = {name: table for name, table in self.tables.items() if name != user_table}
            self.side_hash = SideHash(side, list_tables)
        return self.side_hash.digest(overlay)


class Table(Mapping[str, JsonObject]):
    """One table as it is now: the base's entities in order, then the new ones."""

    __slots__ = ("_base", "_over")

    def __init__(
        self, base: Mapping[str, JsonObject], over: Mapping[str, JsonObject | None]
    ) -> None:
        self._base = base
        self._over = over

    def __getitem__(self, key: str) -> JsonObject:
        entity = self._over[key] if key in self._over else self._base[key]
        if entity is None:
            raise KeyError(key)
        return entity

    def __contains__(self, key: object) -> bool:
        if key in self._over:
            return self._over[cast("str", key)] is not None
        return key in self._base

    def __iter__(self) -> Iterator[str]:
        over = self._over
        if not over:
            yield from self._base
            return
        for key in self._base:
            if key not in over or over[key] is not None:
                yield key
        for key, entity in over.items():
            if entity is not None and key not in self._base:
                yield key

    def __len__(self) -> int:
        size = len(self._base)
        for key, entity in self._over.items():
            size += (entity is not None) - (key in self._base)
        return size

    def ids(self) -> Sequence[str]:
        """Return the ids in order; those of an unchanged population are not even listed."""
        return list(self) if self._over else ids_of(self._base)


class State:
    """What one world holds. Reading shares, writing copies one entity first."""

    __slots__ = ("_owned", "base", "overlay")

    def __init__(self, base: Database, overlay: Overlay | None = None) -> None:
        self.base = base
        self.overlay: Overlay = overlay if overlay is not None else {t: {} for t in base.tables}
        self._owned: set[tuple[str, str]] = set()

    def fork(self) -> "State":
        """Return an independent state with the same content; nothing is copied but references."""
        self._owned.clear()
        return State(self.base, {table: dict(over) for table, over in self.overlay.items()})

    def table(self, name: str) -> Table:
        """Return a read-only table."""
        return Table(self.base.tables[name], self.overlay[name])

    def view(self) -> Mapping[str, Table]:
        """Return the whole state, read-only, as `view["orders"]["#W1"]["status"]`."""
        return {name: self.table(name) for name in self.base.tables}

    def find(self, table: str, key: str) -> JsonObject | None:
        """Return an entity, not to be changed, or None. An unhashable key is a TypeError."""
        over = self.overlay[table]
        if key in over:
            return over[key]
        return self.base.tables[table].get(key)

    def own(self, table: str, key: str) -> JsonObject:
        """Return an entity that this state alone holds, to be changed in place."""
        entity = self.find(table, key)
        assert entity is not None, f"no {table}/{key}"
        if (table, key) not in self._owned:
            entity = cast("JsonObject", copied(entity))
            self.overlay[table][key] = entity
            self._owned.add((table, key))
        return entity

    def put(self, table: str, key: str, entity: JsonObject | None) -> None:
        """Set or (None) delete a whole entity."""
        self._owned.discard((table, key))
        if entity is None and key not in self.base.tables[table]:
            self.overlay[table].pop(key, None)
        else:
            self.overlay[table][key] = entity

    def text(self, table: str, key: str) -> str:
        """Return an entity's JSON text, fields in their declared order."""
        over = self.overlay[table]
        if key in over:
            return json.dumps(over[key])
        texts = self.base.texts
        known = texts.get((table, key))
        if known is None:
            if len(texts) >= MAX_TEXTS:
                texts.clear()
            known = texts[(table, key)] = json.dumps(self.base.tables[table][key])
        return known
