"""Laws of patches: a difference applied is no difference."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.json_values import at, copied, same
from seawright_environment.core.patches import apply_patch, diff_states, diff_values
from seawright_environment.core.state import Database, State
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.tasks import PatchOp

LEAVES = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, -0.0, 1.0, 1.5, "a"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)
ENTITIES = st.dictionaries(st.sampled_from("abc"), VALUES)
TABLES = st.dictionaries(st.sampled_from(["x", "y", "z"]), ENTITIES)


def state_of(base: Any, now: Any) -> State:
    database = Database(name="t", tables={"t": base}, has_text_hash=True)
    state = State(database)
    for key in {*base, *now}:
        state.put("t", key, now.get(key))
    return state


@given(TABLES, TABLES)
def test_applying_the_difference_of_two_states_to_the_first_gives_the_second(
    before: dict[str, Any], after: dict[str, Any]
):
    first = state_of(before, before)
    second = State(first.base, {"t": dict(state_of(before, after).overlay["t"])})
    patch = diff_states(first, second)
    apply_patch(first, patch)
    assert diff_states(first, second) == []
    assert first.base.hash_of(first.overlay) == first.base.hash_of(second.overlay)


@given(VALUES, VALUES)
def test_two_values_differ_exactly_where_their_texts_do(one: Any, other: Any):
    alike = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert same(one, other) == alike
    assert (diff_values(one, other, []) == []) == alike


@given(VALUES)
def test_a_copy_is_the_same_and_shares_nothing_that_can_change(value: Any):
    twin = copied(value)
    assert same(twin, value)
    if isinstance(value, dict | list):
        assert twin is not value


def test_lists_of_objects_differ_by_element_and_other_lists_whole():
    paid: Any = [{"amount": 1.0}, {"amount": 2.0}]
    later: Any = [{"amount": 1.0}, {"amount": 3.0}]
    assert [op.path for op in diff_values(paid, later, ["h"])] == [["h", 1, "amount"]]
    assert [op.path for op in diff_values(["a"], ["b"], ["h"])] == [["h"]]
    assert [op.path for op in diff_values(paid, paid[:1], ["h"])] == [["h"]]


def test_integers_and_floats_and_signed_zeros_differ():
    assert not same(1, 1.0)
    assert not same(1, True)
    assert not same(0.0, -0.0)


@pytest.mark.parametrize(
    ("path", "op", "value"),
    [
        ([], "set", 1),
        (["t"], "set", {}),
        (["nothing", "x"], "set", {}),
        (["t", "x"], "set", 3),
        (["t", "missing"], "del", None),
        (["t", "x", "list", 5], "set", 1),
        (["t", "x", "list", "a"], "set", 1),
        (["t", "x", "absent"], "del", None),
        (["t", "x", "absent", "deeper"], "set", 1),
    ],
)
def test_an_operation_that_fits_nowhere_is_refused_by_its_place(
    path: list[str | int], op: str, value: Any
):
    database = Database(name="t", tables={"t": {"x": {"list": [1, 2]}}}, has_text_hash=True)
    good = PatchOp(path=["t", "x", "list", 0], op="set", value=9)
    bad = PatchOp.model_validate({"path": path, "op": op, "value": value})
    with pytest.raises(InvalidRequestError) as refusal:
        apply_patch(State(database), [good, bad])
    assert refusal.value.errors[0].pointer == "/initial_patch/1/path"


def test_a_path_reads_through_objects_and_lists_and_stops_where_nothing_is():
    root = {"t": {"x": {"list": [{"a": 1}]}}}
    assert at(root, ["t", "x", "list", 0, "a"]) == 1
    assert at(root, ["t", "x", "list", 3, "a"], "none") == "none"
    assert at(root, ["t", "x", "list", "a"], "none") == "none"
