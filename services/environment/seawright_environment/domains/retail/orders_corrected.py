"""Requests about orders on generated shops: tau2-bench's without its defects.

What differs, and why, is listed in `docs/tau2-differences.md`. Everything is checked before
anything is changed; money that moves is exact to the cent and is neither made nor lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.state import State
from seawright_environment.domains.retail.order_parts import check_held, credit, payment, swap
from seawright_environment.domains.retail.state import (
    Order,
    Variant,
    order_of,
    own_order,
    payment_method_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """An item of an order and the variant wanted instead."""

    item_id: str
    variant: Variant
    extra: float


def cancel_pending_order(state: State, order_id: str, reason: str) -> str:
    """Cancel a pending order and give back to each method what it has paid and not got back."""
    order = order_of(state, order_id)
    if order["status"] != "pending":
        raise ValueError("Non-pending order cannot be cancelled")
    if reason not in {"no longer needed", "ordered by mistake"}:
        raise ValueError("Invalid reason")
    user_id, refunds = order["user_id"], refundable(order)
    for method_id in refunds:
        payment_method_of(state, user_id, method_id)
    order = own_order(state, order_id)
    order["status"] = "cancelled"
    order["cancel_reason"] = reason
    for method_id, amount in refunds.items():
        order["payment_history"].append(payment("refund", amount, method_id))
        credit(state, user_id, method_id, amount)
    return state.text("orders", order_id)


def refundable(order: Order) -> Mapping[str, float]:
    """Return what each payment method has paid net of refunds, never more than all together."""
    paid: dict[str, float] = {}
    for entry in order["payment_history"]:
        sign = 1 if entry["transaction_type"] == "payment" else -1
        method_id = entry["payment_method_id"]
        paid[method_id] = round(paid.get(method_id, 0.0) + sign * entry["amount"], 2)
    left = round(sum(paid.values()), 2)
    refunds: dict[str, float] = {}
    for method_id, amount in paid.items():
        refund = min(amount, left)
        if refund > 0:
            refunds[method_id] = refund
            left = round(left - refund, 2)
    return refunds


def modify_pending_order_items(
    state: State,
    order_id: str,
    item_ids: list[str],
    new_item_ids: list[str],
    payment_method_id: str,
) -> str:
    """Swap items of a pending order for other variants, once; each gets its own variant's price."""
    order = order_of(state, order_id)
    if order["status"] != "pending":
        raise ValueError("Non-pending order cannot be modified")
    pairs = _pairs(state, order, item_ids, new_item_ids)
    difference = _checked_difference(state, order, pairs, payment_method_id)
    user_id = order["user_id"]
    order = own_order(state, order_id)
    # Found before any is changed: what an item becomes may be what another one was.
    waiting = list(order["items"])
    for pair in pairs:
        item = next(item for item in waiting if item["item_id"] == pair.item_id)
        waiting = [other for other in waiting if other is not item]
        item["item_id"] = pair.variant["item_id"]
        item["price"] = pair.variant["price"]
        item["options"] = dict(pair.variant["options"])
    if difference:
        kind = "payment" if difference > 0 else "refund"
        order["payment_history"].append(payment(kind, abs(difference), payment_method_id))
        credit(state, user_id, payment_method_id, -difference)
    order["status"] = "pending (item modified)"
    return state.text("orders", order_id)


def exchange_delivered_order_items(
    state: State,
    order_id: str,
    item_ids: list[str],
    new_item_ids: list[str],
    payment_method_id: str,
) -> str:
    """Request an exchange of delivered items; old and new stand pairwise; no money moves yet."""
    order = order_of(state, order_id)
    if order["status"] != "delivered":
        raise ValueError("Non-delivered order cannot be exchanged")
    pairs = _pairs(state, order, item_ids, new_item_ids)
    difference = _checked_difference(state, order, pairs, payment_method_id)
    order = own_order(state, order_id)
    order["status"] = "exchange requested"
    order["exchange_items"] = [pair.item_id for pair in pairs]
    order["exchange_new_items"] = [pair.variant["item_id"] for pair in pairs]
    order["exchange_payment_method_id"] = payment_method_id
    order["exchange_price_difference"] = difference
    return state.text("orders", order_id)


def return_delivered_order_items(
    state: State, order_id: str, item_ids: list[str], payment_method_id: str
) -> str:
    """Request a return of delivered items, to a method that paid for them or to a gift card."""
    order = order_of(state, order_id)
    if order["status"] != "delivered":
        raise ValueError("Non-delivered order cannot be returned")
    method = payment_method_of(state, order["user_id"], payment_method_id)
    if "balance" not in method and payment_method_id not in refundable(order):
        raise ValueError("Payment method should be the original payment method")
    _check_list(item_ids, "item_ids")
    check_held(order, item_ids, "Some item not found")
    order = own_order(state, order_id)
    order["status"] = "return requested"
    order["return_items"] = sorted(item_ids)
    order["return_payment_method_id"] = payment_method_id
    return state.text("orders", order_id)


def _pairs(
    state: State, order: Order, item_ids: Sequence[str], new_item_ids: Sequence[str]
) -> list[_Pair]:
    """Return the pairs sorted, so that it does not matter in which order they were named."""
    _check_list(item_ids, "item_ids")
    _check_list(new_item_ids, "new_item_ids")
    check_held(order, item_ids, "{} not found")
    if len(item_ids) != len(new_item_ids):
        raise ValueError("The number of items to be exchanged should match")
    pairs: list[_Pair] = []
    for item_id, new_item_id in sorted(zip(item_ids, new_item_ids, strict=True)):
        if item_id == new_item_id:
            raise ValueError("The new item id should be different from the old item id")
        variant, extra = swap(state, order, item_id, new_item_id)
        pairs.append(_Pair(item_id=item_id, variant=variant, extra=extra))
    return pairs


def _check_list(ids: object, name: str) -> None:
    if not isinstance(ids, list) or not ids:
        raise ValueError(f"{name} should name one item at least")


def _checked_difference(
    state: State, order: Order, pairs: Sequence[_Pair], method_id: str
) -> float:
    """Return what the swaps cost more, which the payment method can pay."""
    difference = round(sum(pair.extra for pair in pairs), 2)
    method = payment_method_of(state, order["user_id"], method_id)
    if "balance" in method and method["balance"] < difference:
        raise ValueError("Insufficient gift card balance to pay for the price difference")
    return difference
