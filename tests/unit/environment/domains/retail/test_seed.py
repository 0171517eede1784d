"""Laws of generated shops: reproducible, consistent, and of tau2-bench's shapes."""

import re
from collections import Counter
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.domains.retail.seed import generate_tables
from seawright_environment.domains.retail.state import import_tables


def shop(seed: int, num_customers: int) -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", generate_tables(seed, num_customers))


@given(st.integers(), st.integers(1, 30))
def test_the_same_seed_and_size_give_the_same_shop(seed: int, num_customers: int):
    assert shop(seed, num_customers) == shop(seed, num_customers)


def test_another_seed_gives_another_shop():
    assert shop(1, 5) != shop(2, 5)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_every_reference_leads_somewhere_and_every_amount_adds_up(seed: int, num_customers: int):
    tables = shop(seed, num_customers)
    assert len(tables["users"]) == num_customers
    assert sorted(tables["orders"]) == sorted(
        order for user in tables["users"].values() for order in user["orders"]
    )
    for order in tables["orders"].values():
        methods = tables["users"][order["user_id"]]["payment_methods"]
        for item in order["items"]:
            variant = tables["products"][item["product_id"]]["variants"][item["item_id"]]
            assert (variant["price"], variant["options"]) == (item["price"], item["options"])
        total = round(sum(item["price"] for item in order["items"]), 2)
        assert all(each["amount"] == total for each in order["payment_history"])
        assert all(each["payment_method_id"] in methods for each in order["payment_history"])
        assert bool(order["fulfillments"]) == (order["status"] != "pending")


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_a_generated_shop_has_the_fields_of_an_imported_one(seed: int):
    tables = shop(seed, 20)
    imported = import_tables(tables)
    assert imported == tables
    for name, entities in tables.items():
        for key, entity in entities.items():
            assert list(imported[name][key]) == list(entity)


def test_ids_look_like_tau2_benchs():
    tables = shop(3, 50)
    forms = {
        "orders": r"#W\d{7}",
        "products": r"\d{10}",
        "users": r"[a-z]+_[a-z]+_\d{4}",
    }
    for name, form in forms.items():
        assert all(re.fullmatch(form, key) for key in tables[name])
    methods = [key for user in tables["users"].values() for key in user["payment_methods"]]
    assert all(re.fullmatch(r"(credit_card|paypal|gift_card)_\d{7}", key) for key in methods)
    assert len(set(methods)) == len(methods)


def test_customers_are_found_by_email_and_by_name_and_zip_without_a_tie():
    users = shop(4, 3000)["users"].values()
    assert max(Counter(user["email"] for user in users).values()) == 1
    names = Counter(
        (user["name"]["first_name"], user["name"]["last_name"], user["address"]["zip"])
        for user in users
    )
    assert max(names.values()) == 1


@pytest.mark.parametrize("seed", [0, 7])
def test_shares_are_near_tau2_benchs(seed: int):
    tables = shop(seed, 3000)
    statuses = Counter(order["status"] for order in tables["orders"].values())
    num_orders = len(tables["orders"])
    wanted = {"pending": 0.423, "delivered": 0.373, "processed": 0.102, "cancelled": 0.102}
    for status, share in wanted.items():
        assert abs(statuses[status] / num_orders - share) < 0.03
    assert len(tables["products"]) == 50
    variants = [
        each for product in tables["products"].values() for each in product["variants"].values()
    ]
    assert 0.5 < sum(each["available"] for each in variants) / len(variants) < 0.78
    assert all(5 <= len(product["variants"]) <= 20 for product in tables["products"].values())
