"""The shop's state: what its entities look like, and how tau2-bench's file becomes them.

Fields stand in the order in which they are shown; every field is always present.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict, cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.state import State


class Address(TypedDict):
    """A postal address."""

    address1: str
    address2: str
    city: str
    country: str
    state: str
    zip: str


class Name(TypedDict):
    """A customer's name."""

    first_name: str
    last_name: str


class PaymentMethod(TypedDict, total=False):
    """A card (`brand`, `last_four`), a PayPal account, or a gift card (`balance` in dollars)."""

    source: Literal["credit_card", "paypal", "gift_card"]
    id: str
    brand: str
    last_four: str
    balance: float


class User(TypedDict):
    """A customer."""

    user_id: str
    name: Name
    address: Address
    email: str
    payment_methods: dict[str, PaymentMethod]
    orders: list[str]


class Variant(TypedDict):
    """One buyable form of a product."""

    item_id: str
    options: dict[str, str]
    available: bool
    price: float


class Product(TypedDict):
    """A product type and its variants by item id."""

    name: str
    product_id: str
    variants: dict[str, Variant]


class OrderItem(TypedDict):
    """A variant as it was bought."""

    name: str
    product_id: str
    item_id: str
    price: float
    options: dict[str, str]


class Fulfillment(TypedDict):
    """What was sent together."""

    tracking_id: list[str]
    item_ids: list[str]


class Payment(TypedDict):
    """One movement of money."""

    transaction_type: Literal["payment", "refund"]
    amount: float
    payment_method_id: str


class Order(TypedDict):
    """An order; the fields after `payment_history` are set by the requests they are named for."""

    order_id: str
    user_id: str
    address: Address
    items: list[OrderItem]
    status: str
    fulfillments: list[Fulfillment]
    payment_history: list[Payment]
    cancel_reason: str | None
    exchange_items: list[str] | None
    exchange_new_items: list[str] | None
    exchange_payment_method_id: str | None
    exchange_price_difference: float | None
    return_items: list[str] | None
    return_payment_method_id: str | None


def user_of(state: State, user_id: str) -> User:
    """Return a customer to read, or refuse."""
    user = state.find("users", user_id)
    if user is None:
        raise ValueError("User not found")
    return cast("User", cast("object", user))


def order_of(state: State, order_id: str) -> Order:
    """Return an order to read, or refuse."""
    order = state.find("orders", order_id)
    if order is None:
        raise ValueError("Order not found")
    return cast("Order", cast("object", order))


def product_of(state: State, product_id: str) -> Product:
    """Return a product to read, or refuse."""
    product = state.find("products", product_id)
    if product is None:
        raise ValueError("Product not found")
    return cast("Product", cast("object", product))


def variant_of(state: State, product_id: str, item_id: str) -> Variant:
    """Return a product's variant, or refuse."""
    variants = product_of(state, product_id)["variants"]
    if item_id not in variants:
        raise ValueError("Variant not found")
    return variants[item_id]


def payment_method_of(state: State, user_id: str, method_id: str) -> PaymentMethod:
    """Return a customer's payment method, or refuse."""
    methods = user_of(state, user_id)["payment_methods"]
    if method_id not in methods:
        raise ValueError("Payment method not found")
    return methods[method_id]


def own_order(state: State, order_id: str) -> Order:
    """Return an order to change."""
    return cast("Order", cast("object", state.own("orders", order_id)))


def own_user(state: State, user_id: str) -> User:
    """Return a customer to change."""
    return cast("User", cast("object", state.own("users", user_id)))


_FIELDS = {
    "users": tuple(User.__annotations__),
    "products": tuple(Product.__annotations__),
    "orders": tuple(Order.__annotations__),
}
_INNER = {
    "address": tuple(Address.__annotations__),
    "name": tuple(Name.__annotations__),
    "items": tuple(OrderItem.__annotations__),
    "fulfillments": tuple(Fulfillment.__annotations__),
    "payment_history": tuple(Payment.__annotations__),
    "variants": tuple(Variant.__annotations__),
    "payment_methods": tuple(PaymentMethod.__annotations__),
}
_MONEY = frozenset({"price", "amount", "balance", "exchange_price_difference"})


def import_tables(file: Mapping[str, JsonValue]) -> Tables:
    """Return tau2-bench's database in declared field order, absent fields null, money as floats."""
    return {
        table: {
            key: _ordered(cast("JsonObject", entity), fields, fill=table == "orders")
            for key, entity in cast("JsonObject", file[table]).items()
        }
        for table, fields in _FIELDS.items()
    }


def _ordered(entity: JsonObject, fields: tuple[str, ...], *, fill: bool = False) -> JsonObject:
    present = fields if fill else [field for field in fields if field in entity]
    return {field: _inner(field, entity.get(field)) for field in present}


def _inner(field: str, value: JsonValue) -> JsonValue:
    if field in _MONEY and isinstance(value, int):
        return float(value)
    fields = _INNER.get(field)
    if fields is None:
        return value
    if isinstance(value, list):
        return [_ordered(item, fields) if isinstance(item, dict) else item for item in value]
    if not isinstance(value, dict):
        return value
    if field in {"variants", "payment_methods"}:
        return {
            key: _ordered(item, fields) if isinstance(item, dict) else item
            for key, item in value.items()
        }
    return _ordered(value, fields)
