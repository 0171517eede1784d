"""Seeds and ids that follow from what they belong to, so that a retry makes the same ones."""

import hashlib
import random

SEED_BITS = 31


def derived_seed(seed: int, *parts: str | int) -> int:
    """Return a seed for a part of a run; different parts get independent seeds."""
    return int(digest(seed, *parts), 16) & ((1 << SEED_BITS) - 1)


def seeded(seed: int, *parts: str | int) -> random.Random:
    """Return a generator for a part of a run."""
    return random.Random(digest(seed, *parts))  # noqa: S311 - reproducible, not secret


def derived_id(prefix: str, *parts: str | int) -> str:
    """Return the id of a part of something, as of trial 2 of a task in a run."""
    return f"{prefix}_{digest(*parts)[:20]}"


def digest(*parts: str | int) -> str:
    """Return a hash of the parts, in which `("a", "b")` and `("ab",)` differ."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()
