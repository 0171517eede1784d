"""Ledgers: how many records each owner of a population has, and whose a record is."""

import random
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate

from seawright_environment.core.populations import seed_of

NUM_BLOCKS_KEPT = 64


class Ledger:
    """Records numbered owner by owner, of whatever number of owners; it keeps no list of them.

    `shares` are owners by number of records. In every block of so many owners the numbers are the
    same, in another sequence: nothing has to be known of other blocks.
    """

    def __init__(self, shares: Mapping[int, int], *key: str | int) -> None:
        self._counts = tuple(num for num, share in shares.items() for _ in range(share))
        self._per_block = sum(self._counts)
        self._key = key
        self._starts = lru_cache(maxsize=NUM_BLOCKS_KEPT)(self._shuffled)

    def first(self, owner: int) -> int:
        """Return how many records the owners before this one have."""
        block, place = divmod(owner, len(self._counts))
        return block * self._per_block + self._starts(block)[place]

    def records(self, owner: int) -> range:
        """Return an owner's records."""
        return range(self.first(owner), self.first(owner + 1))

    def owner(self, record: int) -> int:
        """Return whose record this is."""
        block, place = divmod(record, self._per_block)
        return block * len(self._counts) + bisect_right(self._starts(block), place) - 1

    def _shuffled(self, block: int) -> tuple[int, ...]:
        """Return how many records stand before each owner of a block, then their number."""
        counts = list(self._counts)
        # Reproducible by key; nothing secret depends on it.
        random.Random(seed_of(*self._key, block)).shuffle(counts)  # noqa: S311
        return (0, *accumulate(counts))
