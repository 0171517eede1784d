"""Rows that tests match, as bit sets: bit i is row i."""

from collections.abc import Mapping, Sequence

from seawright_shared.records.base import Scalar
from seawright_shared.records.literals import holds
from seawright_shared.records.plans import Literal_


def masks_of(
    literals: Sequence[Literal_], rows: Sequence[tuple[int, Mapping[str, Scalar]]]
) -> list[int]:
    """Return the rows that each literal matches; rows have a number and features.

    A literal reads one feature, and features have few values: each value is tested once.
    """
    by_value: dict[str, dict[tuple[type, Scalar], int]] = {}
    for index, features in rows:
        for feature, value in features.items():
            masks = by_value.setdefault(feature, {})
            # With its type: True is not 1, though they are equal.
            key = (type(value), value)
            masks[key] = masks.get(key, 0) | 1 << index
    return [_mask(literal, by_value.get(literal.feature, {})) for literal in literals]


def _mask(literal: Literal_, by_value: Mapping[tuple[type, Scalar], int]) -> int:
    mask = 0
    for (_, value), rows in by_value.items():
        if holds(literal, {literal.feature: value}):
            mask |= rows
    return mask
