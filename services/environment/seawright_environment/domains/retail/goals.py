"""What a customer of the shop can want, and how such a wish is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from seawright_environment.domains.retail.goals_draws import REASONS, SHARE_STRANGER, Pen
from seawright_environment.domains.retail.goals_shop import total_paid
from seawright_shared.records.base import Scalar
from seawright_shared.records.domains import Outcome
from seawright_shared.records.tasks import DraftGoal

FACTS = ("status", "total", "tracking", "cancel_reason", "delivery_date", "courier")
"""What customers ask about an order; not all of it is known."""
REQUESTS = (
    "bug",
    "discount",
    "lawyer",
    "cancel",
    "address",
    "return",
    "payment",
    "exchange",
    "status",
    "total",
)
"""What customers want a human for; the first three are out of the agent's scope."""
NUM_OUT_OF_SCOPE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A goal's arguments, the thing it is about, and what rules may test of it."""

    arguments: Mapping[str, JsonValue]
    entity: str
    features: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalType:
    """One kind of wish. Its name is the tool's where something is written."""

    outcome: Outcome
    bind: Callable[[Pen], Bound | None]


def draw_goal(pen: Pen, goal_type: str) -> DraftGoal | None:
    """Return a goal of the type, or None where the customer has no order to speak of."""
    bound = GOALS[goal_type].bind(pen)
    if bound is None:
        return None
    previous = [goal.type for goal in pen.scene.earlier if goal.entity == bound.entity]
    features: dict[str, Scalar] = {
        "goal": goal_type,
        "prev_tool": previous[-1] if previous else "none",
        "is_last": pen.scene.is_last,
        **bound.features,
    }
    return DraftGoal(
        type=goal_type, arguments=dict(bound.arguments), entity=bound.entity, features=features
    )


def _cancel(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    reason = pen.draw.choice(REASONS)
    return Bound(
        arguments={"order_id": order_id, "reason": reason},
        entity=order_id,
        features={**pen.order_features(order_id), "reason": reason},
    )


def _modify_address(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    address = pen.address()
    same = pen.address_is_same(address, order_id)
    return Bound(
        arguments={"order_id": order_id, **address},
        entity=order_id,
        features={**pen.order_features(order_id), "address_same": same},
    )


def _modify_payment(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    order, method = pen.shop.order(order_id), pen.payment_id()
    due = total_paid(order) if order is not None else 0.0
    return Bound(
        arguments={"order_id": order_id, "payment_method_id": method},
        entity=order_id,
        features={**pen.order_features(order_id), **pen.payment_features(method, order, due)},
    )


def _swap(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    order, method = pen.shop.order(order_id), pen.payment_id()
    items = pen.items(order)
    new_ids = [pen.replacement(item) for item in items]
    due = pen.price_difference(items, new_ids)
    return Bound(
        arguments={
            "order_id": order_id,
            "item_ids": [item["item_id"] for item in items],
            "new_item_ids": list(new_ids),
            "payment_method_id": method,
        },
        entity=order_id,
        features={
            **pen.order_features(order_id),
            **pen.swap_features(items, new_ids),
            **pen.payment_features(method, order, due),
        },
    )


def _return(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    order, method = pen.shop.order(order_id), pen.payment_id()
    items = pen.items(order)
    payment = pen.payment_features(method, order, 0.0)
    del payment["gift_covers"]
    return Bound(
        arguments={
            "order_id": order_id,
            "item_ids": [item["item_id"] for item in items],
            "payment_method_id": method,
        },
        entity=order_id,
        features={**pen.order_features(order_id), "num_items": len(items), **payment},
    )


def _user_address(pen: Pen) -> Bound:
    customer = pen.scene.customer_id
    if pen.draw.random() < SHARE_STRANGER:
        customer = pen.draw.choice(pen.scene.strangers)
    address = pen.address()
    return Bound(
        arguments={"user_id": customer, **address},
        entity=customer,
        features={
            "user.own": customer == pen.scene.customer_id,
            "address_same": pen.address_is_same(address, None),
        },
    )


def _info(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    fact = pen.draw.choice(FACTS)
    return Bound(
        arguments={"order_id": order_id, "fact": fact},
        entity=order_id,
        features={**pen.order_features(order_id), "fact": fact},
    )


def _refused(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    return Bound(
        arguments={"order_id": order_id},
        entity=order_id,
        features=pen.order_features(order_id),
    )


def _transfer(pen: Pen) -> Bound:
    request = pen.draw.choice(REQUESTS)
    return Bound(
        arguments={"request": request},
        entity=pen.scene.customer_id,
        features={"request": request},
    )


GOALS: Mapping[str, GoalType] = {
    "cancel_pending_order": GoalType(outcome="fulfil", bind=_cancel),
    "modify_pending_order_address": GoalType(outcome="fulfil", bind=_modify_address),
    "modify_pending_order_payment": GoalType(outcome="fulfil", bind=_modify_payment),
    "modify_pending_order_items": GoalType(outcome="fulfil", bind=_swap),
    "exchange_delivered_order_items": GoalType(outcome="fulfil", bind=_swap),
    "return_delivered_order_items": GoalType(outcome="fulfil", bind=_return),
    "modify_user_address": GoalType(outcome="fulfil", bind=_user_address),
    "order_info": GoalType(outcome="info", bind=_info),
    "refused_cancellation": GoalType(outcome="refuse", bind=_refused),
    "refused_return": GoalType(outcome="refuse", bind=_refused),
    "human_request": GoalType(outcome="transfer", bind=_transfer),
}
FEATURES = (
    "goal",
    "prev_tool",
    "is_last",
    "order.exists",
    "order.own",
    "order.status",
    "order.num_items",
    "order.num_same_status",
    "order.num_same_item",
    "reason",
    "address_same",
    "user.own",
    "payment.own",
    "payment.kind",
    "payment.same_as_original",
    "gift_covers",
    "num_items",
    "new_equals_old",
    "same_product",
    "new_available",
    "price_up",
    "fact",
    "request",
)


def text_argument(goal: DraftGoal, name: str) -> str:
    """Return an argument that is text."""
    value = goal.arguments[name]
    assert isinstance(value, str), f"{goal.type}.{name} is no text"
    return value


def list_argument(goal: DraftGoal, name: str) -> list[str]:
    """Return an argument that is a list of texts."""
    value = goal.arguments[name]
    assert isinstance(value, list), f"{goal.type}.{name} is no list"
    return cast("list[str]", value)
