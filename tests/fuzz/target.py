"""What a fuzzed parser is: a function of bytes, and documents that it reads."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_shared.web.json_shape import check_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`feed` returns, or refuses by a `SeawrightError`: what else it raises is a defect.

    `plain` and `encode` read and write one of the seeds as a plain value.
    """

    feed: Callable[[bytes], object]
    seeds: Sequence[bytes]
    plain: Callable[[bytes], object] | None = None
    encode: Callable[[object], bytes] | None = None


def as_json(*values: object) -> list[bytes]:
    """Return each value's JSON."""
    return [json.dumps(value).encode() for value in values]


def parsed(data: bytes) -> JsonValue:
    """Return the JSON value as routes get it, or None where the shape is refused before them."""
    check_json(data)
    try:
        return json.loads(data)
    except ValueError:
        return None
