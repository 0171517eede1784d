"""What fills the phrases: how the customer calls things, and how the agent names them."""

from collections.abc import Mapping
from typing import cast

from seawright_environment.domains.retail.goals import GOALS, list_argument, text_argument
from seawright_environment.domains.retail.goals_draws import ADDRESS_KEYS
from seawright_environment.domains.retail.goals_shop import Shop, items_named
from seawright_environment.domains.retail.phrases import PAYMENT_KINDS
from seawright_environment.domains.retail.rules import answer
from seawright_environment.domains.retail.rules_references import telling_item
from seawright_environment.domains.retail.state import OrderItem
from seawright_shared.records.tasks import Draft, DraftGoal, Reference

_SHOWN_ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


def wish_slots(shop: Shop, draft: Draft, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the customer calls the things of a goal: by id, by item or by status."""
    slots = {name: text for name, text in goal.arguments.items() if isinstance(text, str)}
    slots["address"] = address_text(slots)
    if "order_id" in goal.arguments:
        slots["order"] = _order(shop, draft.reference, goal)
    if "payment_method_id" in goal.arguments:
        slots["payment"] = _payment(shop, draft, goal)
    if "item_ids" in goal.arguments:
        slots.update(_item_slots(shop, draft.reference, goal))
    return slots


def key_of(goal: DraftGoal) -> str:
    """Return the phrase table's key of a goal."""
    words = GOALS[goal.type].words
    for part in ("fact", "request"):
        if part in goal.arguments:
            return f"{words}/{goal.arguments[part]}"
    return words


def script_slots(shop: Shop, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the agent names the things of a goal: always by id."""
    slots = {name: text for name, text in goal.arguments.items() if isinstance(text, str)}
    slots["address"] = address_text(slots)
    if "item_ids" in goal.arguments:
        slots.update(_item_slots(shop, "id", goal))
    order = shop.order(slots["order_id"]) if "order_id" in slots else None
    if order is not None:
        slots["status"] = order["status"]
    if order is not None and "fact" in slots:
        slots["answer"] = answer(order, slots["fact"]) or ""
    return slots


def address_text(slots: Mapping[str, str]) -> str:
    """Return an address on one line; empty where a goal has none."""
    if "address1" not in slots:
        return ""
    return ", ".join(slots[key] for key in _SHOWN_ADDRESS if slots[key])


def swapped(shop: Shop, goal: DraftGoal) -> list[OrderItem]:
    """Return the items of its order that a goal is about."""
    order = shop.order(text_argument(goal, "order_id"))
    assert order is not None, "only what can be executed is put into words"
    return items_named(order, list_argument(goal, "item_ids"))


def _order(shop: Shop, reference: Reference, goal: DraftGoal) -> str:
    order_id = text_argument(goal, "order_id")
    order = shop.order(order_id)
    assert order is not None, "only what can be executed is put into words"
    if reference == "status":
        return f"my {order['status']} order"
    if reference == "item" and "item_ids" in goal.arguments:
        return "one of my orders"
    if reference == "item":
        return f"my order with the {telling_item(order, goal)}"
    return f"order {order_id}"


def _payment(shop: Shop, draft: Draft, goal: DraftGoal) -> str:
    method_id = text_argument(goal, "payment_method_id")
    if draft.reference == "id":
        return method_id
    method = shop.user(draft.customer_id)["payment_methods"].get(method_id, {})
    return f"my {PAYMENT_KINDS[method.get('source', 'paypal')]}"


def _item_slots(shop: Shop, reference: Reference, goal: DraftGoal) -> dict[str, str]:
    old = list_argument(goal, "item_ids")
    items = swapped(shop, goal)
    names = old if reference == "id" else [f"the {item['name']}" for item in items]
    prefix = "item " if reference == "id" else ""
    slots = {"items": " and ".join(f"{prefix}{name}" for name in names)}
    if "new_item_ids" in goal.arguments:
        new = list_argument(goal, "new_item_ids")
        targets = (
            new
            if reference == "id"
            else [_options(shop, item, new_id) for item, new_id in zip(items, new, strict=True)]
        )
        slots["swaps"] = " and ".join(
            f"{prefix}{name} to {prefix}{target}"
            for name, target in zip(names, targets, strict=True)
        )
    return slots


def _options(shop: Shop, item: OrderItem, new_id: str) -> str:
    """Return what the wanted variant has that the bought one has not."""
    variant = shop.variant(item["product_id"], new_id)
    assert variant is not None, "only variants of the same product are exchanged"
    options = variant["options"]
    other = {key: text for key, text in options.items() if item["options"].get(key) != text}
    listed = ", ".join(f"{key} {text}" for key, text in (other or options).items())
    return f"the one with {listed}"


def address_arguments(goal: DraftGoal) -> dict[str, str]:
    """Return the address in a goal's arguments."""
    return {key: cast("str", goal.arguments[key]) for key in ADDRESS_KEYS if key in goal.arguments}
