"""What a rule's tests mean: whoever draws and whoever selects must read them alike."""

from collections.abc import Mapping

from seawright_shared.records.base import Scalar
from seawright_shared.records.plans import Literal_


def holds(literal: Literal_, features: Mapping[str, Scalar]) -> bool:
    """Return whether the test is true. A missing feature makes every test false."""
    if literal.feature not in features:
        return False
    found = features[literal.feature]
    if literal.op == "in":
        return isinstance(literal.value, list) and found in literal.value
    if isinstance(literal.value, list):
        return False
    if literal.op == "==":
        return _same(found, literal.value)
    if literal.op == "!=":
        return not _same(found, literal.value)
    return _ordered(literal, found)


def _same(found: Scalar, wanted: Scalar) -> bool:
    """Equal, and not merely equal as numbers: True is not 1."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _ordered(literal: Literal_, found: Scalar) -> bool:
    wanted = literal.value
    if isinstance(found, bool) or isinstance(wanted, bool):
        return False
    if not isinstance(found, int | float) or not isinstance(wanted, int | float):
        return False
    if literal.op == "<":
        return found < wanted
    if literal.op == "<=":
        return found <= wanted
    return found > wanted if literal.op == ">" else found >= wanted
