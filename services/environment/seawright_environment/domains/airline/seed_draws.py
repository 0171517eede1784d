"""How generated values are drawn: always the same for a seed, a purpose and an index."""

import random
from collections.abc import Mapping
from typing import TypeVar

from seawright_environment.core.populations import seed_of

T = TypeVar("T")


def drawing(seed: int, purpose: str, index: int) -> random.Random:
    """Return the source of one entity's values, which depends on nothing else."""
    # Reproducible by seed; nothing secret depends on it.
    return random.Random(seed_of("airline", seed, purpose, index))  # noqa: S311


def weighted(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Return one key, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
