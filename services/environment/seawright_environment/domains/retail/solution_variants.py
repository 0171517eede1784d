"""Calls beside the right one: near misses, collateral damage, and other spellings of the same."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.drafting import View
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.state import Address, Order
from seawright_shared.records.tasks import EnvironmentCall

_REASONS = ("no longer needed", "ordered by mistake")
_MAX_OTHERS = 2
"""Near misses of one argument."""
_UNORDERED = (
    "exchange_delivered_order_items",
    "modify_pending_order_items",
    "return_delivered_order_items",
)
"""Requests about items in whatever order. On tau2-bench's data modifying is not one of them: there
the last pair decides the prices, and the self-test drops what more than one pair modifies."""


def near_misses(view: View, customer_id: str, call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return the call with one argument swapped for a plausible other one, in each way."""
    shop = Shop(view)
    return [
        _with(call, {name: other})
        for name, value in call.arguments.items()
        for other in _others(shop, customer_id, call, name, value)
    ]


def collateral(
    view: View, customer_id: str, calls: Sequence[EnvironmentCall]
) -> list[EnvironmentCall]:
    """Return writes beside the right ones; a refused one changes nothing and counts for nothing."""
    shop = Shop(view)
    touched = [call.arguments.get("order_id") for call in calls]
    own = [order for order in shop.orders_of(customer_id) if order["order_id"] not in touched]
    stranger = next((order for order in _orders_of_others(shop, customer_id)), None)
    victims = [*own[:_MAX_OTHERS], *([stranger] if stranger else [])]
    damage = [_damage(order) for order in victims]
    profile = _moved(shop.user(customer_id)["address"])
    damage.append(_call("modify_user_address", {"user_id": customer_id, **profile}))
    for order_id in dict.fromkeys(touched):
        order = shop.order(order_id) if isinstance(order_id, str) else None
        if order is not None:
            elsewhere = {"order_id": order["order_id"], **_moved(order["address"])}
            damage.append(_call("modify_pending_order_address", elsewhere))
    return damage


def _moved(address: Address) -> dict[str, JsonValue]:
    """Return the arguments of an address that is almost right."""
    return {
        "address1": "1 Wrong Street",
        "address2": address["address2"],
        "city": address["city"],
        "state": address["state"],
        "country": address["country"],
        "zip": address["zip"],
    }


def equivalents(call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return other spellings that a right checker accepts."""
    found: list[EnvironmentCall] = []
    items = call.arguments.get("item_ids")
    if call.name in _UNORDERED and isinstance(items, list) and len(items) > 1:
        turned: dict[str, JsonValue] = {
            name: value[::-1] for name, value in call.arguments.items() if isinstance(value, list)
        }
        found.append(_with(call, turned))
    if "address1" in call.arguments:
        street, city = str(call.arguments["address1"]), str(call.arguments["city"])
        found.append(_with(call, {"address1": street.upper(), "city": city.lower()}))
        found.append(_with(call, {"address1": street.replace(" ", "  ")}))
    return found


def _others(
    shop: Shop, customer_id: str, call: EnvironmentCall, name: str, value: JsonValue
) -> Iterator[JsonValue]:
    if name == "order_id":
        ids = [order["order_id"] for order in shop.orders_of(customer_id)]
        yield from [other for other in ids if other != value][:_MAX_OTHERS]
    elif name == "user_id":
        yield from islice((other for other in shop.view["users"] if other != value), 1)
    elif name == "reason":
        yield from [reason for reason in _REASONS if reason != value]
    elif name == "payment_method_id":
        methods = shop.user(customer_id)["payment_methods"]
        yield from [other for other in methods if other != value][:_MAX_OTHERS]
    elif name in {"item_ids", "new_item_ids"}:
        yield from _other_items(shop, call, name)
    elif name == "country":
        yield "Canada"
    elif isinstance(value, str):
        yield f"9{value}"


def _other_items(shop: Shop, call: EnvironmentCall, name: str) -> Iterator[JsonValue]:
    order = shop.order(str(call.arguments["order_id"]))
    assert order is not None, "a right call names an order that exists"
    chosen = cast("list[str]", call.arguments[name])
    old = cast("list[str]", call.arguments["item_ids"])
    if name == "item_ids":
        pool = [item["item_id"] for item in order["items"]]
    else:
        product = next(i["product_id"] for i in order["items"] if i["item_id"] == old[0])
        variants = shop.product(product)["variants"].values()
        pool = [variant["item_id"] for variant in variants if variant["available"]]
    for other in [item for item in pool if item not in (*old, *chosen)][:_MAX_OTHERS]:
        yield [other, *chosen[1:]]
    if name == "new_item_ids" and len(set(chosen)) > 1:
        yield list[JsonValue](chosen[::-1])
    if name == "item_ids" and len(chosen) > 1 and "new_item_ids" not in call.arguments:
        yield list[JsonValue](chosen[:-1])


def _damage(order: Order) -> EnvironmentCall:
    order_id = order["order_id"]
    if order["status"] == "delivered":
        items: list[JsonValue] = [item["item_id"] for item in order["items"]]
        method = order["payment_history"][0]["payment_method_id"]
        arguments: dict[str, JsonValue] = {
            "order_id": order_id,
            "item_ids": items,
            "payment_method_id": method,
        }
        return _call("return_delivered_order_items", arguments)
    return _call("cancel_pending_order", {"order_id": order_id, "reason": _REASONS[0]})


def _orders_of_others(shop: Shop, customer_id: str) -> Iterator[Order]:
    for order_id in shop.view["orders"]:
        order = shop.order(order_id)
        if (
            order
            and order["user_id"] != customer_id
            and order["status"] in {"pending", "delivered"}
        ):
            yield order


def _call(name: str, arguments: dict[str, JsonValue]) -> EnvironmentCall:
    return EnvironmentCall(requestor="assistant", name=name, arguments=arguments)


def _with(call: EnvironmentCall, changed: dict[str, JsonValue]) -> EnvironmentCall:
    return call.model_copy(update={"arguments": {**call.arguments, **changed}})
