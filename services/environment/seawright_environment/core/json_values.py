"""Plain JSON: how a value is copied, read by path, and ordered."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

JsonObject = dict[str, JsonValue]
Tables = Mapping[str, Mapping[str, JsonObject]]
"""A database: entities by id, by table. Read-only to everybody but its owner."""


def copied(value: JsonValue) -> JsonValue:
    """Return a copy that shares nothing that can change."""
    # The leaves of one object are not visited one by one: they are most of it.
    if isinstance(value, dict):
        return {
            key: copied(inner) if isinstance(inner, dict | list) else inner
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [copied(inner) if isinstance(inner, dict | list) else inner for inner in value]
    return value


def same(left: JsonValue, right: JsonValue) -> bool:
    """Return whether two values have one JSON text: `1`, `1.0` and `true` differ."""
    # Copies share their leaves: what is identical is not visited.
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        if len(left) != len(right):
            return False
        for key, inner in left.items():
            if key not in right or not (right[key] is inner or same(inner, right[key])):
                return False
        return True
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return repr(left) == repr(right)
    return type(left) is type(right) and left == right


def at(root: object, path: Sequence[str | int], default: JsonValue = None) -> JsonValue:
    """Return the value at a path of keys and indices, or the default where there is none."""
    here = root
    for step in path:
        # Almost everything is a plain object, which is found out faster than any mapping.
        if isinstance(here, (dict, Mapping)):
            table = cast("Mapping[str, object]", here)
            if str(step) not in table:
                return default
            here = table[str(step)]
        elif isinstance(here, list) and isinstance(step, int):
            items = cast("list[object]", here)
            if not -len(items) <= step < len(items):
                return default
            here = items[step]
        else:
            return default
    return cast("JsonValue", here)
