"""The tests that a rule may be made of: equality of values, thresholds of numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence

from seawright_shared.records.base import Scalar
from seawright_shared.records.plans import Literal_

MAX_VALUES = 40
"""Values of one feature that are tried for equality, most frequent first."""
MAX_THRESHOLDS = 12


def candidate_literals(rows: Sequence[Mapping[str, Scalar]]) -> list[Literal_]:
    """Return every test worth trying on these rows, in a stable order."""
    literals: list[Literal_] = []
    for feature in sorted({name for row in rows for name in row}):
        values = [row[feature] for row in rows if feature in row]
        literals += _equalities(feature, values)
        literals += _thresholds(feature, values)
    return literals


def _equalities(feature: str, values: Sequence[Scalar]) -> list[Literal_]:
    counts = Counter((type(value).__name__, value) for value in values)
    ranked = sorted(counts, key=lambda key: (-counts[key], str(key)))[:MAX_VALUES]
    if len(counts) < 2:
        return []
    found = [Literal_(feature=feature, op="==", value=value) for _, value in ranked]
    if 2 < len(counts) <= MAX_VALUES:
        found += [Literal_(feature=feature, op="!=", value=value) for _, value in ranked]
    return found


def _thresholds(feature: str, values: Sequence[Scalar]) -> list[Literal_]:
    numbers = sorted(
        {
            value
            for value in values
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
    )
    if len(numbers) < 3:
        return []
    step = max(1, len(numbers) // MAX_THRESHOLDS)
    cuts = numbers[: len(numbers) - 1 : step]
    if numbers[0] < 0 < numbers[-1] and 0 not in cuts:
        cuts.append(0)
    return [Literal_(feature=feature, op=op, value=cut) for cut in cuts for op in ("<=", ">")]
