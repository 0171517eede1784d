"""Laws of golden actions as a partial order."""

from functools import lru_cache
from itertools import islice
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.partial_orders import (
    executed,
    golden_order,
    linear_extensions,
)
from seawright_environment.core.world import World
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_shared.records.tasks import GoldenAction
from tests.unit.environment.shops import open_world


@lru_cache(maxsize=1)
def pool() -> tuple[GoldenAction, ...]:
    """Return writes of one customer, several on one order and on one gift card."""
    world = open_world()
    shop = Shop(world.view)
    for user_id in world.view["users"]:
        pending = [o for o in shop.orders_of(user_id) if o["status"] == "pending"]
        methods = shop.user(user_id)["payment_methods"]
        gifts = [name for name, method in methods.items() if "balance" in method]
        if len(pending) < 2 or not gifts:
            continue
        found: list[GoldenAction] = []
        for order in pending:
            name: dict[str, JsonValue] = {"order_id": order["order_id"]}
            away = cast("dict[str, JsonValue]", dict(shop.user(user_id)["address"]))
            calls: list[tuple[str, dict[str, JsonValue]]] = [
                ("cancel_pending_order", {**name, "reason": "no longer needed"}),
                ("modify_pending_order_address", {**name, **away, "address1": "1 New Road"}),
                *(
                    ("modify_pending_order_payment", {**name, "payment_method_id": method})
                    for method in methods
                ),
            ]
            found += [
                GoldenAction(id=f"{order['order_id']}.{place}", name=tool, arguments=arguments)
                for place, (tool, arguments) in enumerate(calls)
            ]
        return tuple(found)
    raise LookupError


def feasible(world: World, wanted: list[int]) -> list[GoldenAction]:
    """Return those of the drawn writes that can be carried out one after the other."""
    actions: list[GoldenAction] = []
    for index in dict.fromkeys(wanted):
        more = [*actions, pool()[index % len(pool())]]
        if executed(world, more) is not None:
            actions = more
    return actions


drawn = st.lists(st.integers(0, 15), min_size=1, max_size=5)


@given(drawn)
@settings(max_examples=80, deadline=None)
def test_every_order_that_the_dependencies_allow_reaches_the_same_state(wanted: list[int]):
    world = open_world()
    actions = golden_order(world, feasible(world, wanted))
    gold = executed(world, actions)
    assert gold is not None
    for order in linear_extensions(actions):
        other = executed(world, order)
        assert other is not None
        assert other.state_hash() == gold.state_hash()


@given(drawn)
@settings(max_examples=40, deadline=None)
def test_no_dependency_follows_from_the_others(wanted: list[int]):
    world = open_world()
    actions = {action.id: action for action in golden_order(world, feasible(world, wanted))}

    def before(name: str) -> set[str]:
        direct = actions[name].depends_on
        return {*direct, *(far for one in direct for far in before(one))}

    for action in actions.values():
        for one in action.depends_on:
            others = [other for other in action.depends_on if other != one]
            assert one not in {far for other in others for far in before(other)}


def test_writes_on_two_orders_are_free_and_writes_on_one_are_not():
    world = open_world()
    addresses = [a for a in pool() if a.name == "modify_pending_order_address"][:2]
    assert [a.depends_on for a in golden_order(world, addresses)] == [[], []]
    cancelled = next(a for a in pool() if str(a.arguments["order_id"]) in addresses[0].id)
    ordered = golden_order(world, [addresses[0], cancelled])
    assert ordered[1].depends_on == [addresses[0].id]


def test_what_cannot_be_carried_out_keeps_its_order():
    world = open_world()
    wild = [GoldenAction(id=name, name="no_such_tool", arguments={}) for name in "abc"]
    assert [action.depends_on for action in golden_order(world, wild)] == [[], ["a"], ["b"]]


def test_free_actions_have_all_their_orders():
    free = [GoldenAction(id=name, name=name, arguments={}) for name in "abcd"]
    assert len(list(islice(linear_extensions(free), 100))) == 24
    chained = [free[0], free[1].model_copy(update={"depends_on": ["a"]}), *free[2:]]
    assert len(list(linear_extensions(chained))) == 12
