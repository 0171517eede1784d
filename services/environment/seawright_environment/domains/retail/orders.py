"""Requests about orders: cancel, pay otherwise, modify, exchange, return.

Here they are exactly tau2-bench's, for its own data; `orders_corrected` has them without defects.
Checks stand in tau2-bench's order, because the first that fails is the one that is told.
Amounts are floats with tau2-bench's own noise, because states are compared by hash.
"""

from seawright_environment.core.state import State
from seawright_environment.domains.retail.order_parts import (
    check_held,
    credit,
    item_of,
    payment,
    swap,
)
from seawright_environment.domains.retail.state import (
    Payment,
    Variant,
    order_of,
    own_order,
    payment_method_of,
)


def cancel_pending_order(state: State, order_id: str, reason: str) -> str:
    """Cancel a pending order and refund every entry of its payment history."""
    order = order_of(state, order_id)
    if order["status"] != "pending":
        raise ValueError("Non-pending order cannot be cancelled")
    if reason not in {"no longer needed", "ordered by mistake"}:
        raise ValueError("Invalid reason")
    refunds: list[Payment] = []
    for entry in order["payment_history"]:
        method_id = entry["payment_method_id"]
        refunds.append(payment("refund", entry["amount"], method_id))
        credit(state, order["user_id"], method_id, entry["amount"])
    order = own_order(state, order_id)
    order["status"] = "cancelled"
    order["cancel_reason"] = reason
    order["payment_history"].extend(refunds)
    return state.text("orders", order_id)


def modify_pending_order_payment(state: State, order_id: str, payment_method_id: str) -> str:
    """Pay a pending order by another method; the first payment is refunded."""
    order = order_of(state, order_id)
    if "pending" not in order["status"]:
        raise ValueError("Non-pending order cannot be modified")
    method = payment_method_of(state, order["user_id"], payment_method_id)
    history = order["payment_history"]
    if len(history) != 1 or history[0]["transaction_type"] != "payment":
        raise ValueError("There should be exactly one payment for a pending order")
    old_id, amount = history[0]["payment_method_id"], history[0]["amount"]
    if old_id == payment_method_id:
        raise ValueError("The new payment method should be different from the current one")
    if "balance" in method and method["balance"] < amount:
        raise ValueError("Insufficient gift card balance to pay for the order")
    own_order(state, order_id)["payment_history"].extend(
        [payment("payment", amount, payment_method_id), payment("refund", amount, old_id)]
    )
    credit(state, order["user_id"], payment_method_id, -amount)
    credit(state, order["user_id"], old_id, amount)
    return state.text("orders", order_id)


def modify_pending_order_items(
    state: State,
    order_id: str,
    item_ids: list[str],
    new_item_ids: list[str],
    payment_method_id: str,
) -> str:
    """Swap items of a pending order for other variants, once.

    Every swapped item gets the price and options of the last pair's variant, as in tau2-bench.
    """
    order = order_of(state, order_id)
    if order["status"] != "pending":
        raise ValueError("Non-pending order cannot be modified")
    check_held(order, item_ids, "{} not found")
    if len(item_ids) != len(new_item_ids):
        raise ValueError("The number of items to be exchanged should match")
    difference: float = 0
    variant: Variant | None = None
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=False):
        if item_id == new_item_id:
            raise ValueError("The new item id should be different from the old item id")
        variant, extra = swap(state, order, item_id, new_item_id)
        difference += extra
    method = payment_method_of(state, order["user_id"], payment_method_id)
    if "balance" in method and method["balance"] < difference:
        raise ValueError("Insufficient gift card balance to pay for the new item")
    order = own_order(state, order_id)
    kind = "payment" if difference > 0 else "refund"
    order["payment_history"].append(payment(kind, abs(difference), payment_method_id))
    credit(state, order["user_id"], payment_method_id, -difference)
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=False):
        item = item_of(order, item_id)
        assert variant is not None
        item["item_id"] = new_item_id
        item["price"] = variant["price"]
        item["options"] = dict(variant["options"])
    order["status"] = "pending (item modified)"
    return state.text("orders", order_id)


def exchange_delivered_order_items(
    state: State,
    order_id: str,
    item_ids: list[str],
    new_item_ids: list[str],
    payment_method_id: str,
) -> str:
    """Request an exchange of delivered items for other variants; no money moves yet."""
    order = order_of(state, order_id)
    if order["status"] != "delivered":
        raise ValueError("Non-delivered order cannot be exchanged")
    check_held(order, item_ids, "Number of {} not found.")
    if len(item_ids) != len(new_item_ids):
        raise ValueError("The number of items to be exchanged should match.")
    difference: float = 0
    for item_id, new_item_id in zip(item_ids, new_item_ids, strict=False):
        difference += swap(state, order, item_id, new_item_id)[1]
    difference = round(difference, 2)
    method = payment_method_of(state, order["user_id"], payment_method_id)
    if "balance" in method and method["balance"] < difference:
        raise ValueError("Insufficient gift card balance to pay for the price difference")
    order = own_order(state, order_id)
    order["status"] = "exchange requested"
    order["exchange_items"] = sorted(item_ids)
    order["exchange_new_items"] = sorted(new_item_ids)
    order["exchange_payment_method_id"] = payment_method_id
    order["exchange_price_difference"] = difference
    return state.text("orders", order_id)


def return_delivered_order_items(
    state: State, order_id: str, item_ids: list[str], payment_method_id: str
) -> str:
    """Request a return of delivered items, to the first payment's method or a gift card."""
    order = order_of(state, order_id)
    if order["status"] != "delivered":
        raise ValueError("Non-delivered order cannot be returned")
    method = payment_method_of(state, order["user_id"], payment_method_id)
    first = order["payment_history"][0]["payment_method_id"]
    if "balance" not in method and payment_method_id != first:
        raise ValueError("Payment method should be the original payment method")
    check_held(order, item_ids, "Some item not found")
    order = own_order(state, order_id)
    order["status"] = "return requested"
    order["return_items"] = sorted(item_ids)
    order["return_payment_method_id"] = payment_method_id
    return state.text("orders", order_id)
