"""What a customer of the shop can want, and how such a wish is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from seawright_environment.core.bound_goals import Bound
from seawright_environment.domains.retail.goals_binding import (
    Swap,
    bound_address,
    bound_cancel,
    bound_info,
    bound_payment,
    bound_request,
    bound_return,
    bound_swap,
    bound_user_address,
    goal_of,
)
from seawright_environment.domains.retail.goals_draws import REASONS, SHARE_STRANGER, Pen
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
class GoalType:
    """One kind of wish. Its name is the tool's where something is written."""

    outcome: Outcome
    bind: Callable[[Pen], Bound | None]
    words: str
    """Of what the customer says: goal types of the same words cannot be told apart by them."""
    rules: tuple[str, ...] = ()
    """Ids of the policy's rules that decide it."""


def draw_goal(pen: Pen, goal_type: str) -> DraftGoal | None:
    """Return a goal of the type, or None where the customer has no order to speak of."""
    bound = GOALS[goal_type].bind(pen)
    return goal_of(pen, goal_type, bound) if bound is not None else None


def _cancel(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    return bound_cancel(pen, order_id, pen.draw.choice(REASONS)) if order_id else None


def _modify_address(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    return bound_address(pen, order_id, pen.address()) if order_id else None


def _modify_payment(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    return bound_payment(pen, order_id, pen.payment_id()) if order_id else None


def _swap(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    order, method = pen.shop.order(order_id), pen.payment_id()
    items = pen.items(order)
    new_ids = [pen.replacement(item) for item in items]
    return bound_swap(pen, order_id, Swap(items=items, new_item_ids=new_ids, payment_id=method))


def _return(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    order, method = pen.shop.order(order_id), pen.payment_id()
    return bound_return(pen, order_id, [item["item_id"] for item in pen.items(order)], method)


def _user_address(pen: Pen) -> Bound:
    customer = pen.scene.customer_id
    if pen.draw.random() < SHARE_STRANGER:
        customer = pen.draw.choice(pen.scene.strangers)
    return bound_user_address(pen, customer, pen.address())


def _info(pen: Pen) -> Bound | None:
    order_id = pen.order_id()
    if order_id is None:
        return None
    return bound_info(pen, order_id, pen.draw.choice(FACTS))


def _transfer(pen: Pen) -> Bound:
    return bound_request(pen, pen.draw.choice(REQUESTS))


GOALS: Mapping[str, GoalType] = {
    "cancel_pending_order": GoalType(
        outcome="fulfil", bind=_cancel, words="cancel", rules=("cancel.pending", "cancel.reason")
    ),
    "modify_pending_order_address": GoalType(
        outcome="fulfil", bind=_modify_address, words="address", rules=("change.pending",)
    ),
    "modify_pending_order_payment": GoalType(
        outcome="fulfil",
        bind=_modify_payment,
        words="payment",
        rules=("change.pending", "change.payment", "change.payment_covers"),
    ),
    "modify_pending_order_items": GoalType(
        outcome="fulfil",
        bind=_swap,
        words="items",
        rules=("change.pending", "change.items", "change.items_cover"),
    ),
    "exchange_delivered_order_items": GoalType(
        outcome="fulfil",
        bind=_swap,
        words="exchange",
        rules=("exchange.delivered", "exchange.items", "exchange.covers"),
    ),
    "return_delivered_order_items": GoalType(
        outcome="fulfil",
        bind=_return,
        words="return",
        rules=("return.delivered", "return.refund"),
    ),
    "modify_user_address": GoalType(
        outcome="fulfil", bind=_user_address, words="profile", rules=("customer.one",)
    ),
    "order_info": GoalType(outcome="info", bind=_info, words="info", rules=("customer.one",)),
    "refused_cancellation": GoalType(
        outcome="refuse", bind=_cancel, words="cancel", rules=("cancel.pending", "cancel.reason")
    ),
    "refused_return": GoalType(
        outcome="refuse", bind=_return, words="return", rules=("return.delivered", "return.refund")
    ),
    "refused_address_change": GoalType(
        outcome="refuse", bind=_modify_address, words="address", rules=("change.pending",)
    ),
    "refused_payment_change": GoalType(
        outcome="refuse",
        bind=_modify_payment,
        words="payment",
        rules=("change.pending", "change.payment", "change.payment_covers"),
    ),
    "refused_item_change": GoalType(
        outcome="refuse",
        bind=_swap,
        words="items",
        rules=("change.pending", "change.items", "change.items_cover"),
    ),
    "refused_exchange": GoalType(
        outcome="refuse",
        bind=_swap,
        words="exchange",
        rules=("exchange.delivered", "exchange.items", "exchange.covers"),
    ),
    "human_request": GoalType(
        outcome="transfer", bind=_transfer, words="human", rules=("transfer.scope",)
    ),
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
    "payment.num_same_kind",
    "payment.same_as_original",
    "gift_covers",
    "num_items",
    "items.num_same_name",
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
