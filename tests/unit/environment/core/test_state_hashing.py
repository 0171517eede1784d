"""The resumed hash is the hash of the whole text."""

import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.state_hashing import BLOCK, TextHash

NAMES = [f"e{number:03d}" for number in range(3 * BLOCK)]
TABLES: dict[str, Any] = {
    "b": {name: {"n": number, "t": "\u00e9"} for number, name in enumerate(NAMES)},
    "a": {"only": {"x": 1.0}},
    "empty": {},
}
ADDED = ["added", "e000a", "e000b", "e040a", "e040b", "zz"]
ENTITIES = st.none() | st.fixed_dictionaries({"n": st.integers(), "z": st.floats(0, 9)})


def whole(overlay: dict[str, dict[str, Any]]) -> str:
    merged = {
        table: {
            key: value
            for key, value in {**entities, **overlay.get(table, {})}.items()
            if value is not None
        }
        for table, entities in TABLES.items()
    }
    return hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()


@given(
    st.fixed_dictionaries(
        {
            "a": st.dictionaries(st.sampled_from(["only", "new"]), ENTITIES),
            "b": st.dictionaries(st.sampled_from([*NAMES, *ADDED]), ENTITIES, max_size=6),
            "empty": st.dictionaries(st.just("new"), ENTITIES),
        }
    )
)
def test_the_hash_with_an_overlay_is_the_hash_of_the_merged_text(
    overlay: dict[str, dict[str, Any]],
):
    assert TextHash(TABLES).digest(overlay) == whole(overlay)


def test_an_empty_overlay_gives_the_hash_of_the_base():
    assert TextHash(TABLES).digest({}) == whole({})


def test_a_new_entity_costs_what_follows_it_not_the_whole_text():
    # What the hash keeps is enough: the tables themselves are not read again.
    hashed = TextHash(TABLES)
    hashed._tables = {}  # pyright: ignore[reportPrivateUsage]
    overlay: dict[str, dict[str, Any]] = {"b": {"e040b": {"n": 1}, "e040a": {"n": 2}}}
    assert hashed.digest(overlay) == whole(overlay)
