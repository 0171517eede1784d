"""Laws of worlds: sessions share a base and nothing else."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.patches import apply_patch, diff_states
from seawright_environment.core.state import State
from seawright_environment.core.world import World
from seawright_shared.records.tasks import EnvironmentCall
from tests.unit.environment.shops import open_world, order_with, shop

BASE = shop()
ORDERS = sorted(BASE.database.tables["orders"])
TABLES: Any = BASE.database.tables
USERS = sorted(BASE.database.tables["users"])
ITEMS = [item for product in TABLES["products"].values() for item in product["variants"]]
METHODS = [method for user in TABLES["users"].values() for method in user["payment_methods"]]
ADDRESS = {
    "address1": "1 Bay Street",
    "address2": "",
    "city": "Miami",
    "state": "FL",
    "country": "USA",
    "zip": "33101",
}
CALLS = st.one_of(
    st.builds(
        lambda order, reason: ("cancel_pending_order", {"order_id": order, "reason": reason}),
        st.sampled_from(ORDERS),
        st.sampled_from(["no longer needed", "bored"]),
    ),
    st.builds(
        lambda order, method: (
            "modify_pending_order_payment",
            {"order_id": order, "payment_method_id": method},
        ),
        st.sampled_from(ORDERS),
        st.sampled_from(METHODS),
    ),
    st.builds(
        lambda order, item, new, method: (
            "modify_pending_order_items",
            {
                "order_id": order,
                "item_ids": item,
                "new_item_ids": new,
                "payment_method_id": method,
            },
        ),
        st.sampled_from(ORDERS),
        st.lists(st.sampled_from(ITEMS), max_size=2),
        st.lists(st.sampled_from(ITEMS), max_size=2),
        st.sampled_from(METHODS),
    ),
    st.builds(
        lambda user: ("modify_user_address", {"user_id": user, **ADDRESS}), st.sampled_from(USERS)
    ),
    st.builds(lambda user: ("get_user_details", {"user_id": user}), st.sampled_from(USERS)),
    st.builds(lambda name: (name, {}), st.sampled_from(["list_all_product_types", "nonsense"])),
)


def text_of_base() -> str:
    return json.dumps({name: dict(table) for name, table in BASE.database.tables.items()})


def run(world: World, calls: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [world.call("assistant", name, arguments).content for name, arguments in calls]


@given(st.lists(CALLS, max_size=8))
def test_the_base_never_changes(calls: list[tuple[str, dict[str, Any]]]):
    before = text_of_base()
    run(World.open(BASE), calls)
    assert text_of_base() == before


@given(st.lists(CALLS, max_size=8))
def test_replaying_the_same_calls_gives_the_same_answers_and_the_same_hash(
    calls: list[tuple[str, dict[str, Any]]],
):
    one, other = World.open(BASE), World.open(BASE)
    assert run(one, calls) == run(other, calls)
    assert one.state_hash() == other.state_hash()


@given(st.lists(CALLS, max_size=5), st.lists(CALLS, max_size=5))
def test_a_fork_and_its_origin_do_not_see_each_others_writes(
    before: list[tuple[str, dict[str, Any]]], after: list[tuple[str, dict[str, Any]]]
):
    origin = World.open(BASE)
    run(origin, before)
    forked_at = origin.state_hash()
    fork = origin.fork()
    run(fork, after)
    assert origin.state_hash() == forked_at
    moved = fork.state_hash()
    run(origin, after)
    assert fork.state_hash() == moved == origin.state_hash()


@given(st.lists(CALLS, max_size=8))
def test_the_diff_of_a_world_is_a_patch_that_gives_its_state(
    calls: list[tuple[str, dict[str, Any]]],
):
    world = World.open(BASE)
    run(world, calls)
    patched = World.open(BASE, world.diff())
    assert not diff_states(patched.state, world.state)
    assert patched.state_hash() == world.state_hash()
    assert patched.diff() == []


@given(st.lists(CALLS, max_size=8))
def test_a_refused_call_and_a_read_change_nothing(calls: list[tuple[str, dict[str, Any]]]):
    world = World.open(BASE)
    for name, arguments in calls:
        before = world.state_hash()
        result = world.call("assistant", name, arguments)
        if result.error or not BASE.content.is_write(name):
            assert world.state_hash() == before


@settings(max_examples=25)
@given(st.lists(CALLS, max_size=6))
def test_the_view_shows_every_entity_once_and_as_it_is_now(
    calls: list[tuple[str, dict[str, Any]]],
):
    world = World.open(BASE)
    run(world, calls)
    for table, entities in world.view.items():
        assert len(entities) == len(list(entities)) == len(BASE.database.tables[table])
        assert all(entities[key] is world.state.find(table, key) for key in entities)


def test_opening_a_world_copies_nothing():
    world = World.open(BASE)
    order_id = ORDERS[0]
    assert world.view["orders"][order_id] is BASE.database.tables["orders"][order_id]
    assert world.state.overlay == {"products": {}, "users": {}, "orders": {}}


def test_initial_calls_are_part_of_the_start_and_not_of_the_diff():
    user_id = USERS[0]
    call = EnvironmentCall(
        requestor="assistant", name="modify_user_address", arguments={"user_id": user_id, **ADDRESS}
    )
    world = World.open(BASE, calls=[call])
    assert world.diff() == []
    assert world.version == 0
    assert world.initial["users"][user_id]["address"] == world.view["users"][user_id]["address"]
    assert world.state_hash() != World.open(BASE).state_hash()


def test_a_state_that_returns_to_the_base_hashes_like_the_base():
    world = open_world()
    order_id = order_with(world, "pending")
    order = world.state.own("orders", order_id)
    order["status"] = "lost"
    assert world.state_hash() != open_world().state_hash()
    order["status"] = "pending"
    assert world.state_hash() == open_world().state_hash()


def test_a_user_has_no_tools_here_and_is_told_so():
    result = open_world().call("user", "get_order_details", {"order_id": ORDERS[0]})
    assert (result.content, result.error) == ("Error: User tools not available", True)


def test_a_deleted_entity_is_gone_and_comes_back_as_new():
    state = State(BASE.database)
    world = World(base=BASE, start=State(BASE.database), state=state)
    state.put("orders", ORDERS[0], None)
    assert ORDERS[0] not in world.view["orders"]
    assert [operation.op for operation in world.diff()] == ["del"]
    back = State(BASE.database)
    apply_patch(back, world.diff())
    assert back.find("orders", ORDERS[0]) is None
