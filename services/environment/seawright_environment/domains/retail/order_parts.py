"""What requests about orders share: items held, variants wanted, payments, gift cards."""

from collections.abc import Sequence

from seawright_environment.core.state import State
from seawright_environment.domains.retail.state import (
    Order,
    OrderItem,
    Payment,
    Variant,
    own_user,
    payment_method_of,
    variant_of,
)


def check_held(order: Order, item_ids: Sequence[str], refusal: str) -> None:
    """Refuse where the order holds fewer of an item than are named."""
    held = [item["item_id"] for item in order["items"]]
    for item_id in item_ids:
        if item_ids.count(item_id) > held.count(item_id):
            raise ValueError(refusal.format(item_id))


def item_of(order: Order, item_id: str) -> OrderItem:
    """Return the first item of this id, or refuse."""
    for item in order["items"]:
        if item["item_id"] == item_id:
            return item
    raise ValueError(f"Item {item_id} not found")


def swap(state: State, order: Order, item_id: str, new_item_id: str) -> tuple[Variant, float]:
    """Return the available variant of the same product, and what it costs more."""
    item = item_of(order, item_id)
    variant = variant_of(state, item["product_id"], new_item_id)
    if not variant["available"]:
        raise ValueError(f"New item {new_item_id} not found or available")
    return variant, variant["price"] - item["price"]


def payment(kind: str, amount: float, method_id: str) -> Payment:
    """Return an entry of a payment history."""
    return Payment(
        transaction_type="payment" if kind == "payment" else "refund",
        amount=float(amount),
        payment_method_id=method_id,
    )


def credit(state: State, user_id: str, method_id: str, amount: float) -> None:
    """Add to a gift card's balance; other methods hold no money here."""
    method = payment_method_of(state, user_id, method_id)
    if "balance" in method:
        owned = own_user(state, user_id)["payment_methods"][method_id]
        assert "balance" in owned
        owned["balance"] = round(owned["balance"] + amount, 2)
