"""Reads of the shop: find a customer, show an entity, list the products."""

import json
from collections.abc import Callable
from typing import cast

from seawright_environment.core.state import State
from seawright_environment.domains.retail.state import (
    Product,
    User,
    order_of,
    product_of,
    user_of,
)


def find_user_id_by_email(state: State, email: str) -> str:
    """Return the first customer with this address, case ignored."""
    wanted = email.lower()
    for user_id in _candidates(state, "users_by_email", wanted, lambda u: u["email"].lower()):
        return user_id
    raise ValueError("User not found")


def find_user_id_by_name_zip(state: State, first_name: str, last_name: str, zip_code: str) -> str:
    """Return the first customer of this name (case ignored) and exact zip code."""
    first = first_name.lower()
    if not _candidates(state, "users_by_first_name", first, _first_name):
        raise ValueError("User not found")
    # Read only now: where no first name fits, tau2-bench never looks at the last one.
    wanted = f"{first}\n{last_name.lower()}"
    for user_id in _candidates(state, "users_by_name", wanted, _name):
        if user_of(state, user_id)["address"]["zip"] == zip_code:
            return user_id
    raise ValueError("User not found")


def _first_name(user: User) -> str:
    return user["name"]["first_name"].lower()


def _name(user: User) -> str:
    return f"{_first_name(user)}\n{user['name']['last_name'].lower()}"


def _candidates(state: State, index: str, wanted: str, key: Callable[[User], str]) -> list[str]:
    """Return ids of customers whose key is the wanted one, in order, by an index of the base."""
    users = cast("dict[str, User]", cast("object", state.base.tables["users"]))
    if index not in state.base.indexes:
        made: dict[str, list[str]] = {}
        for user_id, user in users.items():
            made.setdefault(key(user), []).append(user_id)
        state.base.indexes[index] = made
    known = state.base.indexes[index]
    changed = cast("dict[str, User | None]", cast("object", state.overlay["users"]))
    if all(user is not None and _unmoved(users, key, *(i, user)) for i, user in changed.items()):
        return known.get(wanted, [])
    now = cast("dict[str, User]", cast("object", state.table("users")))
    return [user_id for user_id, user in now.items() if key(user) == wanted]


def _unmoved(users: dict[str, User], key: Callable[[User], str], user_id: str, user: User) -> bool:
    return user_id in users and key(users[user_id]) == key(user)


def get_user_details(state: State, user_id: str) -> str:
    """Return a customer."""
    user_of(state, user_id)
    return state.text("users", user_id)


def get_order_details(state: State, order_id: str) -> str:
    """Return an order."""
    order_of(state, order_id)
    return state.text("orders", order_id)


def get_product_details(state: State, product_id: str) -> str:
    """Return a product with its variants."""
    product_of(state, product_id)
    return state.text("products", product_id)


def get_item_details(state: State, item_id: str) -> str:
    """Return one variant, of whatever product."""
    if "products_by_item" not in state.base.indexes:
        made: dict[str, list[str]] = {}
        for product_id, entity in state.base.tables["products"].items():
            for variant in cast("Product", cast("object", entity))["variants"]:
                made.setdefault(variant, []).append(product_id)
        state.base.indexes["products_by_item"] = made
    index = state.base.indexes["products_by_item"]
    searched = (
        list(state.table("products")) if state.overlay["products"] else index.get(item_id, [])
    )
    for product_id in searched:
        variants = product_of(state, product_id)["variants"]
        if item_id in variants:
            return json.dumps(variants[item_id])
    raise ValueError("Item not found")


def list_all_product_types(state: State) -> str:
    """Return product ids by name, names in order."""
    products = cast("dict[str, Product]", cast("object", state.table("products")))
    names = {product["name"]: product["product_id"] for product in products.values()}
    return json.dumps(names, sort_keys=True)


def transfer_to_human_agents(state: State, summary: str) -> str:
    """Hand over to a person: nothing changes here."""
    del state, summary
    return "Transfer successful"
