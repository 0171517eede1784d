"""The edges of the shop's rules: what puts a state just inside one, and just outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.bound_goals import Bound
from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.retail.goals import GOALS
from seawright_environment.domains.retail.goals_binding import (
    Swap,
    bound_address,
    bound_cancel,
    bound_payment,
    bound_return,
    bound_swap,
)
from seawright_environment.domains.retail.goals_draws import Pen
from seawright_environment.domains.retail.goals_shop import original_method, total_paid
from seawright_environment.domains.retail.rules_wishes import GROUNDS
from seawright_environment.domains.retail.state import Order, OrderItem
from seawright_shared.records.tasks import DraftGoal, PatchOp

Bind = Callable[[Pen], Bound]
STANDINGS = ("pending", "processed", "delivered")
"""Statuses of orders that nothing was asked of yet, in the order that they come in."""
CENT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A rule, and the patches that put a state on either side of it."""

    rule: str
    inside: Sequence[PatchOp]
    outside: Sequence[PatchOp]
    bind: Bind


FindEdge = Callable[[Pen, Order, DraftGoal], Edge | None]


def stood(status: str, rule: str) -> FindEdge:
    """Return the edge between the status that a wish needs and another one."""
    others = [standing for standing in STANDINGS if standing != status]

    def edge(pen: Pen, order: Order, goal: DraftGoal) -> Edge | None:
        wish = _possible(pen, order, goal)
        if wish is None:
            return None
        return Edge(
            rule=rule,
            inside=_standing(pen, order, status),
            outside=_standing(pen, order, pen.draw.choice(others)),
            bind=wish,
        )

    return edge


def _standing(pen: Pen, order: Order, status: str) -> list[PatchOp]:
    """Return what makes an order stand so: what is sent has a tracking id."""
    if order["status"] == status:
        return []
    sent: list[JsonValue] = []
    if status != "pending":
        tracking = str(pen.draw.randrange(10**11, 10**12))
        sent = [{"tracking_id": [tracking], "item_ids": [i["item_id"] for i in order["items"]]}]
    keeps = status != "pending" and bool(order["fulfillments"])
    return [
        _set(order, "status", status),
        *([] if keeps else [_set(order, "fulfillments", sent)]),
    ]


def _possible(pen: Pen, order: Order, goal: DraftGoal) -> Bind | None:
    """Return the wish with everything right but, perhaps, where the order stands."""
    order_id, words = order["order_id"], GOALS[goal.type].words
    if words == "cancel":
        reason = str(goal.arguments["reason"])
        right = reason if reason in GROUNDS else pen.draw.choice(GROUNDS)
        return lambda there: bound_cancel(there, order_id, right)
    if words == "address":
        address = pen.address()
        while pen.address_is_same(address, order_id):
            address = pen.address()
        return lambda there: bound_address(there, order_id, address)
    if words == "return":
        items, method = [item["item_id"] for item in pen.items(order)], original_method(order)
        return lambda there: bound_return(there, order_id, items, method)
    method = _unlimited(pen, order, is_other=words == "payment")
    if method is None:
        return None
    if words == "payment":
        return lambda there: bound_payment(there, order_id, method)
    swap = _swap(pen, order, method)
    return (lambda there: bound_swap(there, order_id, swap)) if swap is not None else None


def _unlimited(pen: Pen, order: Order, *, is_other: bool) -> str | None:
    """Return a method of the customer's that pays any amount."""
    methods = pen.shop.user(pen.scene.customer_id)["payment_methods"]
    able = [
        method_id
        for method_id, method in methods.items()
        if "balance" not in method and not (is_other and method_id == original_method(order))
    ]
    return pen.draw.choice(able) if able else None


def _swap(pen: Pen, order: Order, method: str) -> Swap | None:
    items = pen.items(order)
    wanted = [_available(pen, item) for item in items]
    new_ids = [new_id for new_id in wanted if new_id is not None]
    is_whole = len(new_ids) == len(items)
    return Swap(items=items, new_item_ids=new_ids, payment_id=method) if is_whole else None


def _available(pen: Pen, item: OrderItem) -> str | None:
    variants = pen.shop.product(item["product_id"])["variants"].values()
    able = [v["item_id"] for v in variants if v["available"] and v["item_id"] != item["item_id"]]
    return pen.draw.choice(able) if able else None


def sold_out(status: str, rule: str) -> FindEdge:
    """Return the edge between a variant that is there and one that is sold out."""

    def edge(pen: Pen, order: Order, goal: DraftGoal) -> Edge | None:
        del goal
        method = _unlimited(pen, order, is_other=False)
        swap = _swap(pen, order, method) if method is not None else None
        if swap is None:
            return None
        product, new_id = swap.items[0]["product_id"], swap.new_item_ids[0]
        path = ["products", product, "variants", new_id, "available"]
        bare = _standing(pen, order, status)
        return Edge(
            rule=rule,
            inside=bare,
            outside=[*bare, PatchOp(path=[*path], op="set", value=False)],
            bind=lambda there: bound_swap(there, order["order_id"], swap),
        )

    return edge


def short_of(status: str, rule: str) -> FindEdge:
    """Return the edge between a gift card that just covers a difference and a cent less."""

    def edge(pen: Pen, order: Order, goal: DraftGoal) -> Edge | None:
        del goal
        gift = _gift(pen)
        swap = _swap(pen, order, gift) if gift is not None else None
        due = pen.price_difference(swap.items, swap.new_item_ids) if swap is not None else 0.0
        if gift is None or swap is None or due <= CENT:
            return None
        return _balanced(
            pen,
            gift,
            due,
            Edge(
                rule=rule,
                inside=_standing(pen, order, status),
                outside=(),
                bind=lambda there: bound_swap(there, order["order_id"], swap),
            ),
        )

    return edge


def unpayable(pen: Pen, order: Order, goal: DraftGoal) -> Edge | None:
    """Return the edge between a gift card that just covers an order and a cent less."""
    del goal
    gift, due = _gift(pen), total_paid(order)
    if gift is None or gift == original_method(order) or due <= CENT:
        return None
    bare = Edge(
        rule="change.payment_covers",
        inside=_standing(pen, order, "pending"),
        outside=(),
        bind=lambda there: bound_payment(there, order["order_id"], gift),
    )
    return _balanced(pen, gift, due, bare)


def _balanced(pen: Pen, gift: str, due: float, bare: Edge) -> Edge:
    """Return the edge with just enough on a gift card inside, and a cent less outside."""
    path = ["users", pen.scene.customer_id, "payment_methods", gift, "balance"]
    enough, short = (
        PatchOp(path=[*path], op="set", value=round(amount, 2)) for amount in (due, due - CENT)
    )
    return Edge(
        rule=bare.rule,
        inside=[*bare.inside, enough],
        outside=[*bare.inside, short],
        bind=bare.bind,
    )


def refunded(pen: Pen, order: Order, goal: DraftGoal) -> Edge | None:
    """Return the edge between a refund to the method that paid, and to another one."""
    del goal
    methods = pen.shop.user(pen.scene.customer_id)["payment_methods"]
    plain = [method_id for method_id, method in methods.items() if "balance" not in method]
    if len(plain) < 2:
        return None
    wanted, other = pen.draw.sample(plain, 2)
    items = [item["item_id"] for item in pen.items(order)]
    bare = _standing(pen, order, "delivered")
    return Edge(
        rule="return.refund",
        inside=[*bare, _paid_by(order, wanted)],
        outside=[*bare, _paid_by(order, other)],
        bind=lambda there: bound_return(there, order["order_id"], items, wanted),
    )


def _paid_by(order: Order, method: str) -> PatchOp:
    first, *rest = cast("list[JsonObject]", order["payment_history"])
    return _set(order, "payment_history", [{**first, "payment_method_id": method}, *rest])


def _gift(pen: Pen) -> str | None:
    methods = pen.shop.user(pen.scene.customer_id)["payment_methods"]
    gifts = [method_id for method_id, method in methods.items() if "balance" in method]
    return pen.draw.choice(gifts) if gifts else None


def _set(order: Order, field: str, value: JsonValue) -> PatchOp:
    return PatchOp(path=["orders", order["order_id"], field], op="set", value=value)
