"""What a foreign document says beyond the record made of it: enough to write it back unchanged."""

import json
from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_shared.records.base import Record


class Remainder(Record):
    """The document's keys in order, and the values that the record does not tell as they were."""

    keys: list[str]
    values: dict[str, JsonValue] = {}


def remainder(document: Mapping[str, JsonValue], told: Mapping[str, JsonValue]) -> Remainder:
    """Return what `restored` needs besides what the record tells.

    Law: `restored(told, remainder(document, told)) == document`, in the same order of keys.
    """
    return Remainder(
        keys=list(document),
        values={
            key: value
            for key, value in document.items()
            if key not in told or json.dumps(told[key]) != json.dumps(value)
        },
    )


def restored(told: Mapping[str, JsonValue], rest: Remainder) -> JsonObject:
    """Return the document."""
    return {key: rest.values[key] if key in rest.values else told.get(key) for key in rest.keys}
