"""Reads of the shop: find a customer, show an entity, list the products."""

import json
from typing import cast

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.searches import Lookup, search
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
    for user_id in search(state, _BY_EMAIL, email.lower()):
        return user_id
    raise ValueError("User not found")


def find_user_id_by_name_zip(state: State, first_name: str, last_name: str, zip_code: str) -> str:
    """Return the first customer of this name (case ignored) and exact zip code."""
    first = first_name.lower()
    if state.base.is_exact and not search(state, _BY_FIRST_NAME, first):
        # tau2-bench never looks at the last name where no first name fits.
        raise ValueError("User not found")
    wanted = f"{first}\n{last_name.lower()}\n{zip_code}"
    for user_id in search(state, _BY_NAME_ZIP, wanted):
        if user_of(state, user_id)["address"]["zip"] == zip_code:
            return user_id
    raise ValueError("User not found")


def _email(entity: JsonObject) -> str:
    return _user(entity)["email"].lower()


def _first_name(entity: JsonObject) -> str:
    return _user(entity)["name"]["first_name"].lower()


def _name_zip(entity: JsonObject) -> str:
    user = _user(entity)
    return f"{_first_name(entity)}\n{user['name']['last_name'].lower()}\n{user['address']['zip']}"


def _user(entity: JsonObject) -> User:
    return cast("User", cast("object", entity))


_BY_EMAIL = Lookup(table="users", name="email", key=_email)
_BY_FIRST_NAME = Lookup(table="users", name="first_name", key=_first_name)
_BY_NAME_ZIP = Lookup(table="users", name="name_zip", key=_name_zip)


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
