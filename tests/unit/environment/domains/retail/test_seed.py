"""Laws of generated shops: reproducible, consistent, and of tau2-bench's shapes."""

import re
from collections import Counter
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.retail.content import RETAIL
from seawright_environment.domains.retail.people import CITIES
from seawright_environment.domains.retail.seed import generate_tables
from seawright_environment.domains.retail.seed_census import NUM_PEOPLE, Census
from seawright_environment.domains.retail.seed_ledger import BLOCK, NUM_IDS, PER_BLOCK, Ledger
from seawright_environment.domains.retail.state import import_tables

LARGEST = 1_000_000
SEEDS = st.integers(-(10**9), 10**9)


def shop(seed: int, num_customers: int) -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", generate_tables(seed, num_customers))


def world(seed: int, num_customers: int) -> World:
    tables = generate_tables(seed, num_customers)
    database = Database(name="test", tables=tables, has_text_hash=False)
    return World.open(Base(content=RETAIL, database=database))


@given(SEEDS, st.integers(0, 40), st.integers(0, LARGEST))
def test_a_shop_is_the_beginning_of_every_larger_one(seed: int, small: int, large: int):
    one, other = shop(seed, small), shop(seed, max(small, large))
    assert one["products"] == other["products"]
    assert dict(one["users"]) == {key: other["users"][key] for key in one["users"]}
    assert dict(one["orders"]) == {key: other["orders"][key] for key in one["orders"]}


@given(SEEDS, st.integers(0, LARGEST - 1))
def test_a_customer_of_the_largest_shop_is_found_by_all_that_he_is_known_by(seed: int, index: int):
    users: Any = generate_tables(seed, LARGEST)["users"]
    user_id = users.id_at(index)
    user, here = users[user_id], world(seed, LARGEST)
    email: Any = {"email": user["email"].upper()}
    assert here.call("assistant", "find_user_id_by_email", email).content == user_id
    name: Any = {**user["name"], "zip": user["address"]["zip"]}
    assert here.call("assistant", "find_user_id_by_name_zip", name).content == user_id
    assert users.position(user_id) == index


@given(SEEDS, st.integers(0, LARGEST - 1))
def test_a_customer_beyond_the_size_is_not_found(seed: int, index: int):
    small, person = max(1, index), Census(seed).person(index + 1)
    here = world(seed, small)
    assert person.user_id not in here.view["users"]
    email: Any = {"email": person.email}
    assert here.call("assistant", "find_user_id_by_email", email).error
    name: Any = {"first_name": person.first_name, "last_name": person.last_name}
    name["zip"] = person.zip
    assert here.call("assistant", "find_user_id_by_name_zip", name).error


@given(SEEDS, st.integers(0, LARGEST - 1))
def test_orders_are_numbered_by_customer_and_known_by_their_ids(seed: int, index: int):
    ledger = Ledger(seed)
    first, end = ledger.first(index), ledger.first(index + 1)
    assert 0 <= end - first <= 8
    for order in range(first, end):
        assert ledger.owner(order) == index
        assert ledger.by_order_id(ledger.order_id(order)) == order


def test_the_largest_shop_has_names_and_numbers_enough():
    assert NUM_PEOPLE >= LARGEST
    assert NUM_IDS >= LARGEST // BLOCK * PER_BLOCK


@given(
    st.text(max_size=12)
    | st.from_regex(r"[a-z]{3,6}_[a-z]{3,6}_[0-9]{4}", fullmatch=True)
    | st.from_regex(r"#W[0-9]{7}", fullmatch=True)
    | st.from_regex(r"[a-z]{4}\.[a-z]{4}[0-9]{4}@example\.com", fullmatch=True)
)
def test_what_is_no_customer_or_order_is_none(text: str):
    tables = shop(5, 30)
    assert (text in tables["users"]) == (text in set(tables["users"]))
    assert (text in tables["orders"]) == (text in set(tables["orders"]))
    wrong = world(5, 30).call("assistant", "find_user_id_by_email", {"email": text})
    assert wrong.error == (text.lower() not in {u["email"] for u in tables["users"].values()})


def test_opening_the_largest_shop_makes_nobody():
    here = world(6, LARGEST)
    users: Any = here.base.database.tables["users"]
    assert len(here.view["users"]) == LARGEST
    assert len(here.view["users"].ids()) == LARGEST
    user_id = users.id_at(LARGEST // 2)
    assert not here.call("assistant", "get_user_details", {"user_id": user_id}).error
    assert users.num_kept == 1
    assert here.base.database.tables["orders"].num_kept == 0  # type: ignore[attr-defined]


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


def shares(tables: dict[str, dict[str, Any]], indices: range) -> dict[str, float]:
    """Return how often each value occurs among some customers and their orders."""
    counts: Counter[str] = Counter()
    users: Any = tables["users"]
    for index in indices:
        user = users[users.id_at(index)]
        counts[f"orders {min(len(user['orders']), 4)}"] += 1
        counts[f"methods {min(len(user['payment_methods']), 3)}"] += 1
        counts[f"state {user['address']['state'] < 'M'}"] += 1
        counts[f"name {user['name']['last_name'][0] < 'K'}"] += 1
        for order_id in user["orders"][:1]:
            order = tables["orders"][order_id]
            counts["has order"] += 1
            counts[f"status {order['status']}"] += 1
            counts[f"items {len(order['items'])}"] += 1
            counts[f"home {order['address'] == user['address']}"] += 1
            counts[f"paid {order['payment_history'][0]['amount'] > 400}"] += 1
    return {key: count / len(indices) for key, count in counts.items()}


def test_values_are_distributed_alike_at_the_beginning_and_far_out():
    tables, num = shop(8, LARGEST), 2500
    first = shares(tables, range(num))
    last = shares(tables, range(LARGEST - num, LARGEST))
    assert first.keys() == last.keys()
    # Five standard deviations of a share's difference.
    assert max(abs(first[key] - last[key]) for key in first) < 5 * (2 * 0.25 / num) ** 0.5
    small = shares(shop(9, num), range(num))
    assert max(abs(first[key] - small[key]) for key in first) < 5 * (2 * 0.25 / num) ** 0.5


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


def namesakes(users: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two customers of one name, in their order."""
    first = users[users.id_at(7)]
    prefix = "\n".join(name.lower() for name in first["name"].values())
    zips = (f"{city.zip_prefix}{digits:02d}" for city in CITIES for digits in range(100))
    others = (users.candidates("name_zip", f"{prefix}\n{code}") for code in zips)
    second = next(found[0] for found in others if found and found[0] != first["user_id"])
    pair = sorted([first["user_id"], second], key=users.position)
    return users[pair[0]], users[pair[1]]


def test_of_two_namesakes_in_one_place_the_first_in_order_is_found_as_addresses_are_now():
    here = world(11, LARGEST)
    early, late = namesakes(here.base.database.tables["users"])
    wanted: Any = {**early["name"], "zip": early["address"]["zip"]}
    assert early["name"] == late["name"]

    def found() -> str:
        return here.call("assistant", "find_user_id_by_name_zip", wanted).content

    def move(user: Any, address: Any) -> None:
        arguments: Any = {"user_id": user["user_id"], **address}
        assert not here.call("assistant", "modify_user_address", arguments).error

    assert found() == early["user_id"]
    move(late, early["address"])
    assert found() == early["user_id"]
    move(early, {**early["address"], "zip": "00000"})
    assert found() == late["user_id"]
    move(late, late["address"])
    assert found() == "Error: User not found"
