"""How a wish is bound to an order, items and methods, with what rules may test of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.bound_goals import Bound, bound_goal
from seawright_environment.domains.retail.goals_draws import Pen
from seawright_environment.domains.retail.goals_shop import total_paid
from seawright_environment.domains.retail.state import OrderItem
from seawright_shared.records.tasks import DraftGoal


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Items of an order, the variants wanted instead, and the method that settles it."""

    items: Sequence[OrderItem]
    new_item_ids: Sequence[str]
    payment_id: str


def goal_of(pen: Pen, goal_type: str, bound: Bound) -> DraftGoal:
    """Return the goal that a bound wish is, after those before it."""
    return bound_goal(pen.scene, goal_type, bound)


def bound_cancel(pen: Pen, order_id: str, reason: str) -> Bound:
    """Return the wish to cancel an order."""
    return Bound(
        arguments={"order_id": order_id, "reason": reason},
        entity=order_id,
        features={**pen.order_features(order_id), "reason": reason},
    )


def bound_address(pen: Pen, order_id: str, address: dict[str, str]) -> Bound:
    """Return the wish to send an order elsewhere."""
    same = pen.address_is_same(address, order_id)
    return Bound(
        arguments={"order_id": order_id, **address},
        entity=order_id,
        features={**pen.order_features(order_id), "address_same": same},
    )


def bound_payment(pen: Pen, order_id: str, method_id: str) -> Bound:
    """Return the wish to pay an order with another method."""
    order = pen.shop.order(order_id)
    due = total_paid(order) if order is not None else 0.0
    return Bound(
        arguments={"order_id": order_id, "payment_method_id": method_id},
        entity=order_id,
        features={**pen.order_features(order_id), **pen.payment_features(method_id, order, due)},
    )


def bound_swap(pen: Pen, order_id: str, swap: Swap) -> Bound:
    """Return the wish to have other variants of items."""
    order, items = pen.shop.order(order_id), swap.items
    due = pen.price_difference(items, swap.new_item_ids)
    return Bound(
        arguments={
            "order_id": order_id,
            "item_ids": [item["item_id"] for item in items],
            "new_item_ids": list(swap.new_item_ids),
            "payment_method_id": swap.payment_id,
        },
        entity=order_id,
        features={
            **pen.order_features(order_id),
            **pen.item_features(order, [item["item_id"] for item in items]),
            **pen.swap_features(items, swap.new_item_ids),
            **pen.payment_features(swap.payment_id, order, due),
        },
    )


def bound_return(pen: Pen, order_id: str, item_ids: Sequence[str], method_id: str) -> Bound:
    """Return the wish to give items back."""
    order = pen.shop.order(order_id)
    payment = pen.payment_features(method_id, order, 0.0)
    del payment["gift_covers"]
    return Bound(
        arguments={
            "order_id": order_id,
            "item_ids": list(item_ids),
            "payment_method_id": method_id,
        },
        entity=order_id,
        features={
            **pen.order_features(order_id),
            **pen.item_features(order, item_ids),
            **payment,
        },
    )


def bound_user_address(pen: Pen, customer_id: str, address: dict[str, str]) -> Bound:
    """Return the wish to change a profile's address."""
    return Bound(
        arguments={"user_id": customer_id, **address},
        entity=customer_id,
        features={
            "user.own": customer_id == pen.scene.customer_id,
            "address_same": pen.address_is_same(address, None),
        },
    )


def bound_info(pen: Pen, order_id: str, fact: str) -> Bound:
    """Return the wish to know something of an order."""
    return Bound(
        arguments={"order_id": order_id, "fact": fact},
        entity=order_id,
        features={**pen.order_features(order_id), "fact": fact},
    )


def bound_request(pen: Pen, request: str) -> Bound:
    """Return the wish for a human."""
    return Bound(
        arguments={"request": request},
        entity=pen.scene.customer_id,
        features={"request": request},
    )
