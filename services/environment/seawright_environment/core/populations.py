"""Populations: tables whose entities are made at first read, so that size costs nothing."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isqrt
from typing import overload

from seawright_environment.core.json_values import JsonObject

NUM_KEPT = 4096
"""Entities of one population that are kept once made; more are made again."""
Finder = Callable[[str], Iterable[int]]
"""Indices whose entity may have a value; the inverse of how the value was made, never a scan."""
_MASK = (1 << 64) - 1
_NUM_ROUNDS = 3


def seed_of(*parts: str | int) -> int:
    """Return the 64-bit seed that these parts name: equal parts, equal seed, in every process."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def scrambled(index: int, size: int, seed: int) -> int:
    """Return where a keyed permutation of `range(size)` sends an index. It keeps no table."""
    assert 0 <= index < size, f"{index} is not in range({size})"
    rows, columns = _grid(size)
    place = index
    while True:
        row, column = divmod(place, columns)
        for number in range(_NUM_ROUNDS):
            row = (row + _mixed(seed, 2 * number, column)) % rows
            column = (column + _mixed(seed, 2 * number + 1, row)) % columns
        place = row * columns + column
        # The grid is little larger than the range: what falls beside it is sent on.
        if place < size:
            return place


def unscrambled(place: int, size: int, seed: int) -> int:
    """Return the index that `scrambled` sends to a place."""
    assert 0 <= place < size, f"{place} is not in range({size})"
    rows, columns = _grid(size)
    index = place
    while True:
        row, column = divmod(index, columns)
        for number in reversed(range(_NUM_ROUNDS)):
            column = (column - _mixed(seed, 2 * number + 1, row)) % columns
            row = (row - _mixed(seed, 2 * number, column)) % rows
        index = row * columns + column
        if index < size:
            return index


def _grid(size: int) -> tuple[int, int]:
    """Return the sides of the smallest near-square that holds the range."""
    rows = isqrt(size - 1) + 1
    return rows, -(-size // rows)


def _mixed(seed: int, turn: int, value: int) -> int:
    """Return 64 bits that look random (the finalizer of SplitMix64)."""
    bits = (seed + (turn + 1) * 0x9E3779B97F4A7C15 + value * 0xD1B54A32D192ED03) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)


class Population(Mapping[str, JsonObject]):
    """A table of `size` entities; entity i is `make(i)`, its id `id_of(i)`. Safe in threads.

    `index_of` is the inverse of `id_of`, and None for what is no id. `finders` are inverses of
    other values, by the name of a look-up: a text's candidates, whose entities need not exist.
    Entities are read-only, as in every base; reading one again may make an equal one.
    """

    def __init__(
        self,
        *,
        size: int,
        id_of: Callable[[int], str],
        index_of: Callable[[str], int | None],
        make: Callable[[int], JsonObject],
        finders: Mapping[str, Finder] | None = None,
    ) -> None:
        self._size = size
        self._id_of = id_of
        self._index_of = index_of
        self._make = make
        self._finders = finders or {}
        self._kept: OrderedDict[str, JsonObject] = OrderedDict()
        self._positions: dict[str, int] = {}
        self._lock = threading.Lock()

    def __getitem__(self, key: str) -> JsonObject:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        index = self.position(key)
        if index is None:
            raise KeyError(key)
        made = self._make(index)
        with self._lock:
            kept = self._kept.setdefault(key, made)
            if len(self._kept) > NUM_KEPT:
                self._kept.popitem(last=False)
        return kept

    def __contains__(self, key: object) -> bool:
        hash(key)  # An unhashable key is a TypeError, as in a dict.
        return self.position(key) is not None

    def __iter__(self) -> Iterator[str]:
        return map(self._id_of, range(self._size))

    def __len__(self) -> int:
        return self._size

    @property
    def num_kept(self) -> int:
        """Entities that are made and kept now."""
        return len(self._kept)

    def position(self, key: object) -> int | None:
        """Return where an id stands in the order of iteration, or None where there is none."""
        if not isinstance(key, str):
            return None
        known = self._positions.get(key)
        if known is not None:
            return known
        index = self._index_of(key)
        if index is None or not 0 <= index < self._size:
            # What is not found is not kept: anybody may ask for anything.
            return None
        if len(self._positions) >= NUM_KEPT:
            self._positions.clear()
        self._positions[key] = index
        return index

    def id_at(self, position: int) -> str:
        """Return the id that stands there, without making its entity."""
        if not 0 <= position < self._size:
            raise IndexError(position)
        return self._id_of(position)

    def candidates(self, lookup: str, wanted: str) -> list[str]:
        """Return the ids, in order, of entities that a look-up's value may belong to."""
        found = self._finders[lookup](wanted)
        return [self._id_of(index) for index in sorted(set(found)) if 0 <= index < self._size]


class Ids(Sequence[str]):
    """The ids of a population, in order, each made when it is read."""

    __slots__ = ("_population",)

    def __init__(self, population: Population) -> None:
        self._population = population

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._population.id_at(i) for i in range(len(self))[index]]
        return self._population.id_at(index + len(self) if index < 0 else index)

    def __len__(self) -> int:
        return len(self._population)

    def __contains__(self, value: object) -> bool:
        return value in self._population


def ids_of(table: Mapping[str, JsonObject]) -> Sequence[str]:
    """Return a table's ids as a sequence: listed, or of a population made one by one."""
    return Ids(table) if isinstance(table, Population) else list(table)
