"""On generated shops the tools have none of tau2-bench's defects, and no money is made or lost."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.retail.content import RETAIL
from seawright_environment.domains.retail.seed import generate_tables

TABLES: Any = generate_tables(21, 60)
SHOP = Base(content=RETAIL, database=Database(name="shop", tables=TABLES, has_text_hash=False))
ORDERS = dict(TABLES["orders"].items())
CANCEL, MODIFY = "cancel_pending_order", "modify_pending_order_items"
EXCHANGE, RETURN = "exchange_delivered_order_items", "return_delivered_order_items"
PAY = "modify_pending_order_payment"
NEEDLESS = "no longer needed"


def call(world: World, name: str, **arguments: Any) -> Any:
    return world.call("assistant", name, arguments)


def done(world: World, name: str, **arguments: Any) -> Any:
    """Carry a request out and return the order then."""
    result = call(world, name, **arguments)
    assert not result.error, result.content
    return world.view["orders"][arguments["order_id"]]


def others(item: Any) -> list[Any]:
    """Return the available other variants of an item's product, ids in order."""
    variants = TABLES["products"][item["product_id"]]["variants"].values()
    wanted = [v for v in variants if v["available"] and v["item_id"] != item["item_id"]]
    return sorted(wanted, key=lambda variant: variant["item_id"])


def swappable(status: str, num: int) -> Any:
    """Return an order of this status whose first items can all be swapped."""
    for order in ORDERS.values():
        items = order["items"][:num]
        is_big = len(items) == num and all(map(others, items))
        if order["status"] == status and is_big and "gift_card" not in card_of(order):
            return order
    raise LookupError(status)


def card_of(order: Any) -> str:
    methods = TABLES["users"][order["user_id"]]["payment_methods"]
    return min(methods, key=lambda key: "balance" in methods[key])


def with_two_methods(status: str) -> tuple[Any, str]:
    """Return an order and a method of its customer that did not pay it and has no balance."""
    for order in ORDERS.values():
        methods = TABLES["users"][order["user_id"]]["payment_methods"]
        for method_id, method in methods.items():
            is_other = method_id != order["payment_history"][0]["payment_method_id"]
            if order["status"] == status and is_other and "balance" not in method:
                return order, method_id
    raise LookupError(status)


def swap_of(order: Any, num: int) -> dict[str, Any]:
    items = order["items"][:num]
    return {
        "order_id": order["order_id"],
        "item_ids": [item["item_id"] for item in items],
        "new_item_ids": [others(item)[0]["item_id"] for item in items],
        "payment_method_id": card_of(order),
    }


def test_every_modified_item_gets_the_price_and_options_of_its_own_variant():
    order = swappable("pending", 3)
    after = done(World.open(SHOP), MODIFY, **swap_of(order, 3))
    for item, was in zip(after["items"], order["items"], strict=True):
        variant = TABLES["products"][was["product_id"]]["variants"][item["item_id"]]
        assert (item["price"], item["options"]) == (variant["price"], variant["options"])
    assert [i["item_id"] for i in after["items"][:3]] == swap_of(order, 3)["new_item_ids"]


def test_the_difference_of_a_modified_order_is_settled_in_whole_cents():
    for order in ORDERS.values():
        num = len(order["items"])
        if order["status"] != "pending" or not all(map(others, order["items"])):
            continue
        world = World.open(SHOP)
        if "balance" in TABLES["users"][order["user_id"]]["payment_methods"][card_of(order)]:
            continue
        after = done(world, MODIFY, **swap_of(order, num))
        for entry in after["payment_history"]:
            assert entry["amount"] == round(entry["amount"], 2) > 0


def chain() -> tuple[World, Any, list[Any]]:
    """Return a world with an order that holds an item and one of its other variants."""
    order = swappable("pending", 2)
    first = order["items"][0]
    middle, last = others(first)[:2]
    world = World.open(SHOP)
    second = {**first, **{key: middle[key] for key in ("item_id", "price", "options")}}
    owned: Any = world.state.own("orders", order["order_id"])
    owned["items"] = [dict(first), second]
    return world, order, [first, middle, last]


def test_an_item_that_becomes_what_another_one_was_is_not_swapped_twice():
    world, order, (first, middle, last) = chain()
    after = done(
        world,
        MODIFY,
        order_id=order["order_id"],
        item_ids=[first["item_id"], middle["item_id"]],
        new_item_ids=[middle["item_id"], last["item_id"]],
        payment_method_id=card_of(order),
    )
    assert [item["item_id"] for item in after["items"]] == [middle["item_id"], last["item_id"]]
    assert [item["price"] for item in after["items"]] == [middle["price"], last["price"]]


@pytest.mark.parametrize("name", [MODIFY, EXCHANGE])
def test_the_order_in_which_pairs_are_named_does_not_matter(name: str):
    order = swappable("pending" if name == MODIFY else "delivered", 3)
    forth, back = World.open(SHOP), World.open(SHOP)
    arguments = swap_of(order, 3)
    done(forth, name, **arguments)
    turned = {k: v[::-1] if isinstance(v, list) else v for k, v in arguments.items()}
    done(back, name, **turned)
    assert forth.state_hash() == back.state_hash()


def test_an_exchange_keeps_who_becomes_what():
    order = swappable("delivered", 3)
    arguments = swap_of(order, 3)
    after = done(World.open(SHOP), EXCHANGE, **arguments)
    asked = zip(arguments["item_ids"], arguments["new_item_ids"], strict=True)
    kept = zip(after["exchange_items"], after["exchange_new_items"], strict=True)
    assert Counter(asked) == Counter(kept)
    assert after["payment_history"] == order["payment_history"]


@pytest.mark.parametrize("name", [MODIFY, EXCHANGE, RETURN])
@pytest.mark.parametrize("nothing", [[], "", {}, None, "abc"])
def test_a_request_about_no_items_is_refused(name: str, nothing: Any):
    order = swappable("pending" if name == MODIFY else "delivered", 1)
    arguments = swap_of(order, 1)
    arguments["payment_method_id"] = order["payment_history"][0]["payment_method_id"]
    arguments["item_ids"] = nothing
    if name == RETURN:
        del arguments["new_item_ids"]
    else:
        arguments["new_item_ids"] = nothing
    world = World.open(SHOP)
    assert call(world, name, **arguments).error
    assert not world.diff()


def test_an_item_is_not_exchanged_for_itself():
    order = swappable("delivered", 1)
    arguments = {**swap_of(order, 1), "new_item_ids": [order["items"][0]["item_id"]]}
    assert call(World.open(SHOP), EXCHANGE, **arguments).error


def test_cancelling_refunds_what_was_really_paid():
    order, other = with_two_methods("pending")
    world = World.open(SHOP)
    done(world, PAY, order_id=order["order_id"], payment_method_id=other)
    after = done(world, CANCEL, order_id=order["order_id"], reason=NEEDLESS)
    paid = order["payment_history"][0]["amount"]
    assert after["payment_history"][-1] == {
        "transaction_type": "refund",
        "amount": paid,
        "payment_method_id": other,
    }
    assert len(after["payment_history"]) == 4
    assert held(after) == 0


def test_a_cancellation_that_cannot_be_refunded_changes_nothing():
    order, _ = with_two_methods("pending")
    world = World.open(SHOP)
    owned: Any = world.state.own("orders", order["order_id"])
    paid = owned["payment_history"][0]
    owned["payment_history"].append({**paid, "payment_method_id": "paypal_gone"})
    before = world.state_hash()
    result = call(world, CANCEL, order_id=order["order_id"], reason=NEEDLESS)
    assert result.content == "Error: Payment method not found"
    assert world.state_hash() == before


def test_a_return_goes_to_the_method_that_paid_in_the_end():
    order, other = with_two_methods("pending")
    world = World.open(SHOP)
    done(world, PAY, order_id=order["order_id"], payment_method_id=other)
    owned: Any = world.state.own("orders", order["order_id"])
    owned["status"] = "delivered"
    wanted = {"order_id": order["order_id"], "item_ids": [order["items"][0]["item_id"]]}
    first = order["payment_history"][0]["payment_method_id"]
    methods = TABLES["users"][order["user_id"]]["payment_methods"]
    refused = call(world.fork(), RETURN, **wanted, payment_method_id=first).error
    assert refused == ("balance" not in methods[first])
    assert not call(world.fork(), RETURN, **wanted, payment_method_id=other).error


def held(order: Any) -> float:
    """Return what the shop holds of an order's money."""
    signs = {"payment": 1, "refund": -1}
    history = order["payment_history"]
    return round(sum(signs[e["transaction_type"]] * e["amount"] for e in history), 2)


def cash(world: World, user_id: str) -> dict[str, float]:
    methods: Any = world.view["users"][user_id]["payment_methods"]
    return {key: method["balance"] for key, method in methods.items() if "balance" in method}


def moved(order: Any, method_id: str) -> float:
    """Return what came to a method from an order."""
    own = [e for e in order["payment_history"] if e["payment_method_id"] == method_id]
    return -held({"payment_history": own})


PENDING = sorted(key for key, order in ORDERS.items() if order["status"] == "pending")
STEPS = st.tuples(st.sampled_from([PAY, MODIFY, CANCEL]), st.integers(0, 9), st.integers(0, 9))


@given(st.sampled_from(PENDING), st.lists(STEPS, max_size=4))
def test_money_is_conserved(order_id: str, steps: list[tuple[str, int, int]]):
    world, start = World.open(SHOP), ORDERS[order_id]
    user_id = start["user_id"]
    methods = list(TABLES["users"][user_id]["payment_methods"])
    for name, one, other in steps:
        arguments: dict[str, Any] = {"order_id": order_id}
        if name == CANCEL:
            arguments["reason"] = NEEDLESS
        else:
            arguments["payment_method_id"] = methods[one % len(methods)]
        if name == MODIFY:
            items = start["items"][: 1 + one % len(start["items"])]
            arguments["item_ids"] = [item["item_id"] for item in items]
            choices = [others(item) or [item] for item in items]
            arguments["new_item_ids"] = [c[other % len(c)]["item_id"] for c in choices]
        before = world.state_hash()
        if call(world, name, **arguments).error:
            assert world.state_hash() == before
    order: Any = world.view["orders"][order_id]
    due = 0 if order["status"] == "cancelled" else sum(item["price"] for item in order["items"])
    assert held(order) == round(due, 2)
    for method_id, balance in cash(world, user_id).items():
        had = cash(World.open(SHOP), user_id)[method_id]
        change = moved(order, method_id) - moved(start, method_id)
        assert round(balance - had, 2) == round(change, 2)
        assert balance >= 0
