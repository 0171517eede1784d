"""Derived seeds: one run seed, and a path of words that says what is drawn."""

import hashlib

from seawright_shared.records.base import canonical_json


def derive_seed(seed: int, *path: str | int) -> int:
    """Return a seed in [0, 2**31) that depends on every part of the path."""
    digest = hashlib.sha256(canonical_json([seed, *path])).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def derive_share(seed: int, *path: str | int) -> float:
    """Return a number in [0, 1) that depends on every part of the path."""
    return derive_seed(seed, *path) / (1 << 31)
