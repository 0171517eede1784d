"""A wish with one thing of it bound anew: another order, item, method, reason, or question."""

import random
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.bound_goals import Bound
from seawright_environment.core.drafting import Scene, View
from seawright_environment.core.task_repairs import Mend
from seawright_environment.domains.retail.goals import (
    FACTS,
    GOALS,
    NUM_OUT_OF_SCOPE,
    REQUESTS,
    list_argument,
    text_argument,
)
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
from seawright_environment.domains.retail.goals_draws import Pen
from seawright_environment.domains.retail.goals_shop import Shop, items_named
from seawright_environment.domains.retail.phrases_slots import address_arguments
from seawright_environment.domains.retail.rules_wishes import GROUNDS
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import Draft, DraftGoal

Arguments = Mapping[str, JsonValue]


class RetailMender:
    """Binds one thing of a wish anew, to what the customer has and what there is."""

    def mended(self, view: View, draft: Draft, index: int, draw: random.Random) -> Iterator[Mend]:
        """Yield the goal with one thing bound anew, smaller changes first."""
        goal = draft.goals[index]
        pen = Pen(
            Scene(
                view=view,
                customer_id=draft.customer_id,
                strangers=[draft.customer_id],
                earlier=draft.goals[:index],
                is_last=index == len(draft.goals) - 1,
            ),
            Shop(view),
            draw,
        )
        for what, arguments in _anew(pen, goal):
            bound = _bound(pen, goal.model_copy(update={"arguments": {**arguments}}))
            if bound is not None:
                yield Mend(what=what, goal=goal_of(pen, goal.type, bound))

    def around(
        self, view: View, draft: Draft, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> dict[str, Scalar]:
        """Return nothing: the shop's goals tell of one another only what all domains' do."""
        del view, draft, earlier, goal
        return {}


def _anew(pen: Pen, goal: DraftGoal) -> Iterator[tuple[str, Arguments]]:
    """Yield what was changed, and the arguments with it."""
    now, customer = goal.arguments, pen.scene.customer_id
    if "reason" in now:
        yield from (("another reason", {**now, "reason": reason}) for reason in GROUNDS)
    if "fact" in now:
        yield from (("another question", {**now, "fact": fact}) for fact in FACTS[:2])
    if "request" in now:
        able = REQUESTS[:NUM_OUT_OF_SCOPE]
        yield from (("another request", {**now, "request": one}) for one in able)
    if "user_id" in now:
        yield "his own profile", {**now, "user_id": customer}
    if "payment_method_id" in now:
        for method_id in pen.shop.user(customer)["payment_methods"]:
            yield "another payment method", {**now, "payment_method_id": method_id}
    if "new_item_ids" in now:
        yield from (
            ("another variant", {**now, "new_item_ids": ids}) for ids in _variants(pen, goal)
        )
    if "address1" in now:
        yield "another address", {**now, **pen.address()}
    if "order_id" in now:
        yield from (("another order", arguments) for arguments in _orders(pen, goal))


def _variants(pen: Pen, goal: DraftGoal) -> Iterator[list[JsonValue]]:
    """Yield the wanted variants with those that cannot be had replaced by one that can."""
    order = pen.shop.order(text_argument(goal, "order_id"))
    items = items_named(order, list_argument(goal, "item_ids")) if order is not None else []
    if not items or len(items) != len(list_argument(goal, "item_ids")):
        return
    able = [
        [
            variant["item_id"]
            for variant in pen.shop.product(item["product_id"])["variants"].values()
            if variant["available"] and variant["item_id"] != item["item_id"]
        ]
        for item in items
    ]
    for place in range(max(map(len, able))):
        if all(able):
            yield [ids[min(place, len(ids) - 1)] for ids in able]


def _orders(pen: Pen, goal: DraftGoal) -> Iterator[Arguments]:
    """Yield the wish about each of the customer's own orders, with items of that order."""
    for order in pen.shop.orders_of(pen.scene.customer_id):
        arguments = {**goal.arguments, "order_id": order["order_id"]}
        items = pen.items(order)
        if "item_ids" in arguments:
            arguments["item_ids"] = [item["item_id"] for item in items]
        if "new_item_ids" in arguments:
            arguments["new_item_ids"] = [pen.replacement(item) for item in items]
        yield arguments


def _bound(pen: Pen, goal: DraftGoal) -> Bound | None:
    """Return the goal's arguments with the features that they have in this state."""
    words = GOALS[goal.type].words
    if words == "human":
        return bound_request(pen, text_argument(goal, "request"))
    if words == "profile":
        return bound_user_address(pen, text_argument(goal, "user_id"), address_arguments(goal))
    order_id = text_argument(goal, "order_id")
    if words == "cancel":
        return bound_cancel(pen, order_id, text_argument(goal, "reason"))
    if words == "info":
        return bound_info(pen, order_id, text_argument(goal, "fact"))
    if words == "address":
        return bound_address(pen, order_id, address_arguments(goal))
    method = text_argument(goal, "payment_method_id")
    if words == "payment":
        return bound_payment(pen, order_id, method)
    held = list_argument(goal, "item_ids")
    if words == "return":
        return bound_return(pen, order_id, held, method)
    order, new = pen.shop.order(order_id), list_argument(goal, "new_item_ids")
    items = items_named(order, held) if order is not None else []
    if len(items) != len(new):
        return None
    return bound_swap(pen, order_id, Swap(items=items, new_item_ids=new, payment_id=method))
