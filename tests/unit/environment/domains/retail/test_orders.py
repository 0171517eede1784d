"""On tau2-bench's own data the shop's quirks are tau2-bench's."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from seawright_environment.core.world import World
from tests.unit.environment.shops import open_exact_world, order_with, shop

TABLES: Any = shop().database.tables
MODIFY = "modify_pending_order_items"
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.lists(st.text(), max_size=9),
    st.dictionaries(
        st.text(max_size=3), st.text(alphabet="a\u00e9\u4e2d", max_size=60), max_size=2
    ),
)


def variants_of(product_id: str) -> list[dict[str, Any]]:
    return list(TABLES["products"][product_id]["variants"].values())


def swappable(world: World) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a pending order with two items that both have another available variant."""
    orders: Any = world.view["orders"]
    for order_id, order in orders.items():
        if order["status"] != "pending" or len(order["items"]) < 2:
            continue
        old, new = [], []
        for item in order["items"][:2]:
            for variant in variants_of(item["product_id"]):
                if variant["available"] and variant["item_id"] != item["item_id"]:
                    old.append(item)
                    new.append(variant)
                    break
        distinct = {each["item_id"] for each in order["items"]}
        if len(old) == 2 and len(distinct) == len(order["items"]):
            return order_id, old, new
    raise LookupError("no such order")


def richest(world: World, order_id: str) -> str:
    users: Any = world.view["users"]
    orders: Any = world.view["orders"]
    methods = users[orders[order_id]["user_id"]]["payment_methods"]
    return min(methods, key=lambda key: "balance" in methods[key])


def test_every_swapped_item_gets_price_and_options_of_the_last_pair():
    world = open_exact_world()
    order_id, old, new = swappable(world)
    arguments: Any = {
        "order_id": order_id,
        "item_ids": [item["item_id"] for item in old],
        "new_item_ids": [variant["item_id"] for variant in new],
        "payment_method_id": richest(world, order_id),
    }
    result = world.call("assistant", MODIFY, arguments)
    assert not result.error, result.content
    order: Any = world.view["orders"][order_id]
    assert order["status"] == "pending (item modified)"
    for item, variant in zip(order["items"], new, strict=False):
        assert item["item_id"] == variant["item_id"]
        assert (item["price"], item["options"]) == (new[-1]["price"], new[-1]["options"])
    difference = sum(v["price"] - i["price"] for i, v in zip(old, new, strict=True))
    assert order["payment_history"][-1]["amount"] == abs(difference)


def test_a_modified_order_may_still_move_but_neither_be_cancelled_nor_modified_again():
    world = open_exact_world()
    order_id = order_with(world, "pending")
    empty: Any = {"order_id": order_id, "item_ids": [], "new_item_ids": []}
    empty["payment_method_id"] = richest(world, order_id)
    assert not world.call("assistant", MODIFY, empty).error
    assert world.call("assistant", MODIFY, empty).error
    cancel: Any = {"order_id": order_id, "reason": "no longer needed"}
    refused = world.call("assistant", "cancel_pending_order", cancel)
    assert refused.content == "Error: Non-pending order cannot be cancelled"
    move: Any = {"order_id": order_id, "address1": "a", "address2": "b", "city": "c", "state": "d"}
    move |= {"country": "e", "zip": "f"}
    assert not world.call("assistant", "modify_pending_order_address", move).error


def test_cancelling_an_order_paid_by_gift_card_gives_the_money_back():
    world = open_exact_world()
    order_id = order_with(world, "pending", paid_by="gift_card")
    order: Any = world.view["orders"][order_id]
    paid = order["payment_history"][0]
    before: Any = world.view["users"][order["user_id"]]
    balance = before["payment_methods"][paid["payment_method_id"]]["balance"]
    cancel: Any = {"order_id": order_id, "reason": "ordered by mistake"}
    assert not world.call("assistant", "cancel_pending_order", cancel).error
    after: Any = world.view["users"][order["user_id"]]
    now = after["payment_methods"][paid["payment_method_id"]]["balance"]
    assert now == round(balance + paid["amount"], 2)


def test_an_exchange_sorts_both_lists_and_moves_no_money():
    world = open_exact_world()
    order_id = next(
        key
        for key, order in TABLES["orders"].items()
        if order["status"] == "delivered" and len(order["items"]) > 1
    )
    order = TABLES["orders"][order_id]
    ids = [item["item_id"] for item in order["items"]]
    new = []
    for item in order["items"]:
        options = variants_of(item["product_id"])
        new.append(next(v["item_id"] for v in options if v["available"]))
    arguments: Any = {"order_id": order_id, "item_ids": ids, "new_item_ids": new}
    arguments["payment_method_id"] = richest(world, order_id)
    result = world.call("assistant", "exchange_delivered_order_items", arguments)
    assert not result.error, result.content
    after: Any = world.view["orders"][order_id]
    assert after["exchange_items"] == sorted(ids)
    assert after["exchange_new_items"] == sorted(new)
    assert after["payment_history"] == order["payment_history"]
    assert {operation.path[0] for operation in world.diff()} == {"orders"}


def test_a_return_goes_to_the_first_payment_or_to_a_gift_card():
    for user in TABLES["users"].values():
        for order_id in user["orders"]:
            order = TABLES["orders"][order_id]
            if order["status"] != "delivered":
                continue
            first = order["payment_history"][0]["payment_method_id"]
            for method, facts in user["payment_methods"].items():
                world = open_exact_world()
                arguments: Any = {"order_id": order_id, "payment_method_id": method}
                arguments["item_ids"] = [order["items"][0]["item_id"]]
                result = world.call("assistant", "return_delivered_order_items", arguments)
                assert result.error == (method != first and "balance" not in facts)


@given(st.sampled_from(sorted(TABLES["users"])))
def test_a_customer_is_found_by_email_and_by_name_and_zip_in_any_case(user_id: str):
    world = open_exact_world()
    user = TABLES["users"][user_id]
    email: Any = {"email": user["email"].upper()}
    assert world.call("assistant", "find_user_id_by_email", email).content == user_id
    name: Any = {key: value.upper() for key, value in user["name"].items()}
    name["zip"] = user["address"]["zip"]
    assert world.call("assistant", "find_user_id_by_name_zip", name).content == user_id


def test_a_changed_address_is_what_the_next_search_sees():
    world = open_exact_world()
    user = next(iter(TABLES["users"].values()))
    move: Any = {**user["address"], "user_id": user["user_id"], "zip": "00001"}
    assert not world.call("assistant", "modify_user_address", move).error
    old: Any = {**user["name"], "zip": user["address"]["zip"]}
    assert world.call("assistant", "find_user_id_by_name_zip", old).error
    new: Any = {**user["name"], "zip": "00001"}
    assert world.call("assistant", "find_user_id_by_name_zip", new).content == user["user_id"]


def test_a_patched_email_is_what_the_next_search_sees():
    world = open_exact_world()
    user = next(iter(TABLES["users"].values()))
    world.state.own("users", user["user_id"])["email"] = "New@example.com"
    new: Any = {"email": "new@example.com"}
    assert world.call("assistant", "find_user_id_by_email", new).content == user["user_id"]
    old: Any = {"email": user["email"]}
    assert world.call("assistant", "find_user_id_by_email", old).error


def test_a_patched_variant_is_found_by_its_item_id():
    world = open_exact_world()
    product_id = next(iter(TABLES["products"]))
    product: Any = world.state.own("products", product_id)
    product["variants"]["1"] = {"item_id": "1", "options": {}, "available": True, "price": 1.0}
    found = world.call("assistant", "get_item_details", {"item_id": "1"})
    assert json.loads(found.content)["price"] == 1.0


class UserAddress(BaseModel):
    city: str
    zip: str


@given(WRONG, st.one_of(WRONG, st.text()))
def test_an_address_part_that_is_no_text_is_told_in_pydantics_words(city: Any, zip_code: Any):
    user = next(iter(TABLES["users"].values()))
    move: Any = {**user["address"], "user_id": user["user_id"], "city": city, "zip": zip_code}
    result = open_exact_world().call("assistant", "modify_user_address", move)
    with pytest.raises(ValidationError) as refusal:
        UserAddress(city=city, zip=zip_code)
    words = re.sub(
        r"errors\.pydantic\.dev/[0-9.]+/", "errors.pydantic.dev/2.12/", str(refusal.value)
    )
    assert result.content == f"Error: {words}"
