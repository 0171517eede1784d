"""Keys and values: a dense area of slots for running turns, and parked prefixes beside it.

Running turns always fill the first slots without holes, so that a decode step reads views.
Shapes: L layers, S slots, K key heads, C context, e head size.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seawright_policy.adapters.torch_weights import Weights

STRIDE = 128
"""By how many tokens room grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Keys and values of a context's first tokens, (L, K, length, e) each."""

    keys: Tensor
    values: Tensor

    def __len__(self) -> int:
        return self.keys.shape[2]


class SlotCache:
    """The slots of one version's running turns.

    Every slot has room for `width` tokens; the room grows with the longest turn, because batched
    products over memory without gaps are two to three times as fast as over strided views.
    """

    def __init__(self, weights: Weights, num_slots: int, device: str = "cpu") -> None:
        self._shape = (num_slots, weights.num_key_heads, 0, weights.head_size)
        self._dtype, self._device = weights.dtype, device
        self._context_length = weights.context_length
        self.width = 0
        empty = torch.zeros(self._shape, dtype=self._dtype, device=device)
        self.keys = [empty for _ in weights.layers]
        self.values = [empty for _ in weights.layers]

    def reserve(self, length: int) -> None:
        """Make room for turns of a length, keeping what is there."""
        if length > self.width:
            self._resize(min(-(-length // STRIDE) * STRIDE, self._context_length))

    def release(self) -> None:
        """Give the memory back; only when no slot is in use."""
        self._resize(0)

    def _resize(self, width: int) -> None:
        slots, heads, _, size = self._shape
        kept = min(width, self.width)
        for areas in (self.keys, self.values):
            for number, area in enumerate(areas):
                fresh = torch.zeros(
                    (slots, heads, width, size), dtype=self._dtype, device=self._device
                )
                fresh[:, :, :kept] = area[:, :, :kept]
                areas[number] = fresh
        self.width = width

    def put(self, slot: int, prefix: Prefix) -> None:
        """Copy a parked prefix into a slot."""
        self.reserve(len(prefix))
        for number in range(len(self.keys)):
            self.keys[number][slot, :, : len(prefix)] = prefix.keys[number]
            self.values[number][slot, :, : len(prefix)] = prefix.values[number]

    def take(self, slot: int, length: int) -> Prefix:
        """Return a copy of a slot's first tokens."""
        return Prefix(
            keys=torch.stack([layer[slot, :, :length] for layer in self.keys]),
            values=torch.stack([layer[slot, :, :length] for layer in self.values]),
        )

    def move(self, source: int, target: int, length: int) -> None:
        """Copy a slot's first tokens over another slot."""
        for area in (*self.keys, *self.values):
            area[target, :, :length] = area[source, :, :length]


@dataclass(slots=True)
class ParkedPrefixes:
    """Prefixes by key, least recently used first, at most `max_tokens` tokens in all."""

    max_tokens: int
    num_tokens: int = 0
    _prefixes: OrderedDict[bytes, Prefix] = field(default_factory=OrderedDict[bytes, Prefix])

    def __contains__(self, key: bytes) -> bool:
        return key in self._prefixes

    def get(self, key: bytes) -> Prefix | None:
        """Return a prefix and mark it as used."""
        prefix = self._prefixes.get(key)
        if prefix is not None:
            self._prefixes.move_to_end(key)
        return prefix

    def park(self, key: bytes, prefix: Prefix) -> None:
        """Keep a prefix, letting the oldest go."""
        self.discard(key)
        self._prefixes[key] = prefix
        self.num_tokens += len(prefix)
        while self.num_tokens > self.max_tokens and self._prefixes:
            self.num_tokens -= len(self._prefixes.popitem(last=False)[1])

    def discard(self, key: bytes) -> None:
        """Forget a prefix."""
        prefix = self._prefixes.pop(key, None)
        self.num_tokens -= len(prefix) if prefix is not None else 0
