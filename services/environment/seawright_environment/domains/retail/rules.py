"""The shop's rules beyond its tools: what a right agent refuses although the tool would do it."""

from collections.abc import Mapping, Sequence
from typing import cast

from seawright_environment.core.drafting import View
from seawright_environment.core.world import World
from seawright_environment.domains.retail.goals import (
    FACTS,
    GOALS,
    NUM_OUT_OF_SCOPE,
    REQUESTS,
    list_argument,
    text_argument,
)
from seawright_environment.domains.retail.goals_draws import ADDRESS_KEYS
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.rules_wishes import rule_against, unspeakable
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import Draft, DraftGoal

_LISTS = ("item_ids", "new_item_ids")
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "cancel": ("order_id", "reason"),
    "address": ("order_id", *ADDRESS_KEYS),
    "payment": ("order_id", "payment_method_id"),
    "items": ("order_id", *_LISTS, "payment_method_id"),
    "exchange": ("order_id", *_LISTS, "payment_method_id"),
    "return": ("order_id", "item_ids", "payment_method_id"),
    "profile": ("user_id", *ADDRESS_KEYS),
    "info": ("order_id", "fact"),
    "human": ("request",),
}
"""By the words of the goal type."""
_SWAPS = ("modify_pending_order_items", "exchange_delivered_order_items")


def flaw(draft: Draft) -> str | None:
    """Say why a draft is none of this domain: unknown kinds, missing or wrong arguments."""
    if not draft.goals:
        return "no goal"
    for goal in draft.goals:
        kind = GOALS.get(goal.type)
        if kind is None:
            return "unknown goal type"
        wanted = _ARGUMENTS[kind.words]
        if set(goal.arguments) != set(wanted):
            return f"{goal.type} takes {', '.join(wanted)}"
        for name, value in goal.arguments.items():
            is_right = _is_texts(value) if name in _LISTS else isinstance(value, str)
            if not is_right:
                return f"{goal.type}.{name} has a wrong type"
        if goal.arguments.get("fact", FACTS[0]) not in FACTS:
            return "unknown fact"
        if goal.arguments.get("request", REQUESTS[0]) not in REQUESTS:
            return "unknown request"
    return None


def _is_texts(value: object) -> bool:
    if not isinstance(value, list):
        return False
    texts = cast("list[object]", value)
    return bool(texts) and all(isinstance(text, str) for text in texts)


def obstacle(world: World, goal: DraftGoal) -> str | None:
    """Say why a goal that writes nothing cannot come out as it should."""
    if goal.type == "human_request":
        return None
    shop = Shop(world.view)
    missing = unspeakable(shop, goal)
    if missing:
        return missing
    if goal.type == "order_info":
        order = shop.order(text_argument(goal, "order_id"))
        assert order is not None, "what is missing was told"
        return None if answer(order, text_argument(goal, "fact")) else "There is no such fact"
    is_forbidden = rule_against(shop, GOALS[goal.type].words, goal) is not None
    return None if is_forbidden else "The request can be granted"


def answer(order: Order, fact: str) -> str | None:
    """Return what is known of an order, as it is said; None where nothing is."""
    if fact == "status":
        return order["status"]
    if fact == "total":
        return f"${order['payment_history'][0]['amount']}"
    if fact == "tracking":
        sent = order["fulfillments"]
        return sent[0]["tracking_id"][0] if sent and sent[0]["tracking_id"] else None
    return order["cancel_reason"] if fact == "cancel_reason" else None


def objection(
    view: View, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
) -> str | None:
    """Say which rule beyond the tools forbids a goal, in the state just before it."""
    if goal.type == "human_request":
        return _objection_to_transfer(earlier, goal)
    if any(before.type == "human_request" for before in earlier):
        return "a transfer ends the conversation"
    if goal.type == "modify_user_address":
        is_own = text_argument(goal, "user_id") == customer_id
        return None if is_own else "the profile belongs to another customer"
    order = Shop(view).order(text_argument(goal, "order_id"))
    if order is None or order["user_id"] != customer_id:
        return "the order belongs to another customer"
    if GOALS[goal.type].outcome != "fulfil":
        same = [before for before in earlier if before.entity == goal.entity]
        if any(GOALS[before.type].outcome == "fulfil" for before in same):
            return "the order was changed just before"
        is_repeated = any(before.arguments == goal.arguments for before in same)
        return "the same was asked before" if is_repeated else None
    if goal.type.startswith("modify_") and order["status"] != "pending":
        return "the items of the order were modified before"
    return _objection_to_swap(goal) if goal.type in _SWAPS else None


def _objection_to_transfer(earlier: Sequence[DraftGoal], goal: DraftGoal) -> str | None:
    # The wish that comes too early is to blame, not the one that is never heard.
    if any(before.type == "human_request" for before in earlier):
        return "a transfer ends the conversation"
    if goal.features.get("is_last") is False:
        return "a transfer ends the conversation"
    if REQUESTS.index(text_argument(goal, "request")) >= NUM_OUT_OF_SCOPE:
        return "the tools can do what a human is wanted for"
    return None


def _objection_to_swap(goal: DraftGoal) -> str | None:
    old, new = list_argument(goal, "item_ids"), list_argument(goal, "new_item_ids")
    if any(one == other for one, other in zip(old, new, strict=False)):
        return "an item cannot be exchanged for itself"
    return None
