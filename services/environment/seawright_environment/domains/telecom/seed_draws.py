"""How generated values are drawn: always the same for a seed, a purpose and an index."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeVar

from seawright_environment.core.populations import seed_of

T = TypeVar("T")


def drawing(seed: int, purpose: str, index: int) -> random.Random:
    """Return the source of one entity's values, which depends on nothing else."""
    # Reproducible by seed; nothing secret depends on it.
    return random.Random(seed_of("telecom", seed, purpose, index))  # noqa: S311


def weighted(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Return one key, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def day_between(rng: random.Random, first: str, last: str) -> str:
    """Return a day, both ends included."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    return (begins + timedelta(days=rng.randint(0, (ends - begins).days))).isoformat()


def moment_between(rng: random.Random, first: str, last: str) -> str:
    """Return a minute of such a day, as tau2-bench writes it."""
    day = day_between(rng, first, last)
    return f"{day} {rng.randint(7, 20):02d}:{rng.randrange(0, 60, 5):02d}:00"
