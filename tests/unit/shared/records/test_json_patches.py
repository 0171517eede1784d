from typing import Any

import pytest

from seawright_shared.records.json_patches import JsonPatchOp, apply_patch


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/1", "value": 9}, {"a": [1, 9, 2], "b/c": {"~": 0}}),
        ({"op": "add", "path": "/a/-", "value": 9}, {"a": [1, 2, 9], "b/c": {"~": 0}}),
        ({"op": "remove", "path": "/a/0"}, {"a": [2], "b/c": {"~": 0}}),
        ({"op": "replace", "path": "/a/0", "value": [3]}, {"a": [[3], 2], "b/c": {"~": 0}}),
        ({"op": "replace", "path": "/b~1c/~0", "value": 4}, {"a": [1, 2], "b/c": {"~": 4}}),
        ({"op": "remove", "path": "/b~1c/~0"}, {"a": [1, 2], "b/c": {}}),
        ({"op": "add", "path": "/d", "value": None}, {"a": [1, 2], "b/c": {"~": 0}, "d": None}),
    ],
)
def test_an_operation_does_what_rfc_6902_says(operation: Any, expected: Any):
    document: Any = {"a": [1, 2], "b/c": {"~": 0}}
    apply_patch(document, [JsonPatchOp.model_validate(operation)])
    assert document == expected


def test_a_value_is_copied_into_the_document():
    value: Any = [1]
    document: Any = {}
    apply_patch(document, [JsonPatchOp(op="add", path="/a", value=value)])
    document["a"].append(2)
    assert value == [1]
