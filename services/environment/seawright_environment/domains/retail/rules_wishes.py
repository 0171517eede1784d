"""What the policy says to each kind of wish about an order, in the state just before it."""

from collections.abc import Callable, Mapping

from seawright_environment.domains.retail.goals import list_argument, text_argument
from seawright_environment.domains.retail.goals_shop import (
    Shop,
    items_named,
    original_method,
    total_paid,
)
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import DraftGoal

GROUNDS = ("no longer needed", "ordered by mistake")
"""The reasons for which an order may be cancelled."""


def rule_against(shop: Shop, words: str, goal: DraftGoal) -> str | None:
    """Return the id of the policy's rule that forbids a wish about an order, if one does.

    Whose order it is, and what was asked before, is not looked at.
    """
    order = shop.order(text_argument(goal, "order_id"))
    forbidden = _AGAINST.get(words)
    return forbidden(shop, order, goal) if order is not None and forbidden is not None else None


def unspeakable(shop: Shop, goal: DraftGoal) -> str | None:
    """Say what a customer could not even ask for: what he has not, or what there is not."""
    order = shop.order(text_argument(goal, "order_id"))
    if order is None:
        return "Order not found"
    if "payment_method_id" in goal.arguments:
        methods = shop.user(order["user_id"])["payment_methods"]
        if text_argument(goal, "payment_method_id") not in methods:
            return "Payment method not found"
    if "item_ids" not in goal.arguments:
        return None
    old = list_argument(goal, "item_ids")
    held = [item["item_id"] for item in order["items"]]
    if any(old.count(item_id) > held.count(item_id) for item_id in old):
        return "Some item not found"
    new = list_argument(goal, "new_item_ids") if "new_item_ids" in goal.arguments else []
    if new and len(new) != len(old):
        return "The number of items to be exchanged should match"
    items = items_named(order, old)
    is_known = all(
        shop.variant(item["product_id"], new_id) is not None
        for item, new_id in zip(items, new, strict=False)
    )
    return None if is_known else "Variant not found"


def _cancelling(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
    del shop
    if order["status"] != "pending":
        return "cancel.pending"
    return None if text_argument(goal, "reason") in GROUNDS else "cancel.reason"


def _changing(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
    del shop, goal
    return None if order["status"] == "pending" else "change.pending"


def _paying(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
    if order["status"] != "pending":
        return "change.pending"
    method = text_argument(goal, "payment_method_id")
    if method == original_method(order):
        return "change.payment"
    return None if _covers(shop, order, goal, total_paid(order)) else "change.payment_covers"


def _swapping(status: str, rules: tuple[str, str, str]) -> Callable[..., str | None]:
    """Return the judgement of a swap that only orders of a status may have."""
    of_status, of_items, of_money = rules

    def against(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
        if order["status"] != status:
            return of_status
        due = 0.0
        items = items_named(order, list_argument(goal, "item_ids"))
        for item, new_id in zip(items, list_argument(goal, "new_item_ids"), strict=False):
            variant = shop.variant(item["product_id"], new_id)
            if variant is None or not variant["available"] or new_id == item["item_id"]:
                return of_items
            due += variant["price"] - item["price"]
        return None if _covers(shop, order, goal, round(due, 2)) else of_money

    return against


def _returning(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
    if order["status"] != "delivered":
        return "return.delivered"
    method_id = text_argument(goal, "payment_method_id")
    method = shop.user(order["user_id"])["payment_methods"].get(method_id, {})
    is_right = "balance" in method or method_id == original_method(order)
    return None if is_right else "return.refund"


def _covers(shop: Shop, order: Order, goal: DraftGoal, due: float) -> bool:
    methods = shop.user(order["user_id"])["payment_methods"]
    method = methods.get(text_argument(goal, "payment_method_id"), {})
    return "balance" not in method or method["balance"] >= due


_AGAINST: Mapping[str, Callable[[Shop, Order, DraftGoal], str | None]] = {
    "cancel": _cancelling,
    "address": _changing,
    "payment": _paying,
    "items": _swapping("pending", ("change.pending", "change.items", "change.items_cover")),
    "exchange": _swapping("delivered", ("exchange.delivered", "exchange.items", "exchange.covers")),
    "return": _returning,
}
