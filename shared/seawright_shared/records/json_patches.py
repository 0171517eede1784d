"""JSON patches (RFC 6902), as far as they are suggested here: add, remove, replace."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record


class JsonPatchOp(Record):
    """One operation; its path is a JSON pointer."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: JsonValue = None


def apply_patch(document: JsonValue, operations: Sequence[JsonPatchOp]) -> None:
    """Apply operations of RFC 6902 in place; their paths exist."""
    for operation in operations:
        *parents, last = [
            step.replace("~1", "/").replace("~0", "~") for step in operation.path.split("/")[1:]
        ]
        here = document
        for step in parents:
            here = _child(here, step)
        _apply(here, last, operation)


def _child(here: JsonValue, step: str) -> JsonValue:
    if isinstance(here, list):
        return here[int(step)]
    assert isinstance(here, dict), "a suggested path exists"
    return here[step]


def _apply(here: JsonValue, last: str, operation: JsonPatchOp) -> None:
    value = deepcopy(operation.value)
    if isinstance(here, list):
        index = len(here) if last == "-" else int(last)
        if operation.op == "add":
            here.insert(index, value)
        else:
            here[index : index + 1] = [] if operation.op == "remove" else [value]
    elif isinstance(here, dict):
        if operation.op == "remove":
            del here[last]
        else:
            here[last] = value
