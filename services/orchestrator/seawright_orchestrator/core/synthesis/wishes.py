"""Accepted wishes kept in memory: for samples, and for streams that nobody stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class RememberedWishes:
    """Keys of wishes in a set."""

    keys: set[str] = field(default_factory=set[str])

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys that were accepted before."""
        return frozenset(key for key in keys if key in self.keys)

    def add(self, keys: Iterable[str]) -> None:
        """Remember more keys."""
        self.keys.update(keys)
