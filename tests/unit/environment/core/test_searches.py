"""A search finds what a scan of the whole table would find, without one."""

from collections.abc import Mapping
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.populations import Population
from seawright_environment.core.searches import Lookup, search
from seawright_environment.core.state import Database, State

SIZE = 12
COLORS = ("red", "blue", "green")
BY_COLOR = Lookup(table="things", name="color", key=lambda entity: str(entity["color"]))
OVERLAYS = st.dictionaries(
    st.integers(0, SIZE + 4).map(lambda index: f"t{index}"),
    st.none() | st.sampled_from(COLORS).map(lambda color: cast("JsonObject", {"color": color})),
)


def made(index: int) -> JsonObject:
    return {"color": COLORS[index % 3]}


def population(reads: list[int]) -> Population:
    def index_of(key: str) -> int | None:
        return int(key[1:]) if key[1:].isdecimal() else None

    def make(index: int) -> JsonObject:
        reads.append(index)
        return made(index)

    def may_be(color: str) -> list[int]:
        # More than there are, and one that is not: a finder names candidates only.
        return [5, *(index for index in range(2 * SIZE) if COLORS[index % 3] == color)]

    return Population(
        size=SIZE,
        id_of=lambda index: f"t{index}",
        index_of=index_of,
        make=make,
        finders={"color": may_be},
    )


def state_of(table: Mapping[str, JsonObject]) -> State:
    return State(Database(name="test", tables={"things": table}, has_text_hash=False))


def listed() -> dict[str, JsonObject]:
    return {f"t{index}": made(index) for index in range(SIZE)}


@given(OVERLAYS, st.sampled_from([*COLORS, "pink"]), st.booleans())
def test_a_search_sees_what_a_scan_of_the_table_sees_in_its_order(
    overlay: dict[str, JsonObject | None], color: str, is_generated: bool
):
    state = state_of(population([]) if is_generated else listed())
    for key, entity in overlay.items():
        state.put("things", key, entity)
    scanned = [key for key, entity in state.table("things").items() if entity["color"] == color]
    assert search(state, BY_COLOR, color) == scanned


def test_a_search_of_a_generated_table_makes_only_candidates():
    reads: list[int] = []
    state = state_of(population(reads))
    search(state, BY_COLOR, "red")
    assert sorted(set(reads)) == [0, 3, 5, 6, 9]


def test_a_listed_table_is_indexed_once():
    keys: list[JsonObject] = []

    def key(entity: JsonObject) -> str:
        keys.append(entity)
        return str(entity["color"])

    state = state_of(listed())
    lookup = Lookup(table="things", name="color", key=key)
    assert search(state, lookup, "red") == search(state.fork(), lookup, "red")
    assert len(keys) == SIZE
