"""Databases that stand in the place of tau2-bench's own share what is equal."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.areal_databases import database_patch, shared_tables
from seawright_environment.core.json_values import copied
from seawright_environment.core.patches import apply_patch
from seawright_environment.core.state import Database, State

ENTITY = st.fixed_dictionaries(
    {"a": st.integers(0, 2) | st.just(1.0), "b": st.lists(st.integers(0, 1), max_size=2)}
)
TABLES = st.fixed_dictionaries(
    {name: st.dictionaries(st.sampled_from("xyz"), ENTITY, max_size=3) for name in ("t", "u")}
)


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def database(tables: Any) -> Database:
    return Database(name="x", tables=tables, has_text_hash=True)


@given(TABLES, TABLES)
def test_sharing_changes_nothing_and_copies_nothing_that_is_equal(base: Any, tables: Any):
    shared = shared_tables(base, tables)
    assert text(shared) == text(tables)
    assert {name: list(table) for name, table in shared.items()} == {
        name: list(table) for name, table in tables.items()
    }
    for name, table in shared.items():
        for key, entity in table.items():
            known = base[name].get(key)
            assert (entity is known) == (text(entity) == text(known))


@given(TABLES)
def test_an_equal_database_is_the_base_itself(base: Any):
    copy: Any = copied(base)
    assert shared_tables(base, copy) is base


def test_another_order_of_ids_is_another_database():
    base: Any = {"t": {"x": {"a": 1}, "y": {"a": 2}}}
    other: Any = {"t": {"y": {"a": 2}, "x": {"a": 1}}}
    assert list(shared_tables(base, other)["t"]) == ["y", "x"]


@given(TABLES, TABLES)
def test_the_patch_turns_the_base_into_the_database(base: Any, tables: Any):
    shared = shared_tables(base, tables)
    state = State(database(base))
    apply_patch(state, database_patch(base, shared))
    expected = State(database(tables))
    for name in base:
        assert dict(state.table(name)) == dict(expected.table(name))
    assert (not database_patch(base, shared)) == (text(base) == text(tables))
