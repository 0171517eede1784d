"""How a checker compares values, and matches names and paths with globs."""

import json
import math
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import JsonValue

Compare = Literal["exact", "money", "unordered", "text"]


def equal(found: JsonValue, wanted: JsonValue, compare: Compare) -> bool:
    """Whether a found value is the wanted one, in the given sense."""
    if compare == "money":
        return cents(found) is not None and cents(found) == cents(wanted)
    if compare == "unordered" and isinstance(found, list) and isinstance(wanted, list):
        return sorted(map(_key, found)) == sorted(map(_key, wanted))
    if compare == "text" and isinstance(found, str) and isinstance(wanted, str):
        return folded(found) == folded(wanted)
    return alike(found, wanted)


def alike(left: JsonValue, right: JsonValue) -> bool:
    """Whether two values are equal, where 1 is 1.0 (but not true) and float noise is ignored."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=0, abs_tol=1e-6)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return left == right


def cents(value: JsonValue) -> int | None:
    """Return an amount of dollars in cents, or None for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(value * 100)


def folded(text: str) -> str:
    """Return the text with case and blanks normalised."""
    return " ".join(text.casefold().split())


def fits_any(name: str, globs: Sequence[str]) -> bool:
    """Whether a name or path fits a glob: `*` is any text, and no other character is special."""
    return any(
        name == glob or ("*" in glob and fnmatchcase(name, _escaped(glob))) for glob in globs
    )


def _escaped(glob: str) -> str:
    return glob.replace("[", "[[]").replace("?", "[?]")


def _key(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)
