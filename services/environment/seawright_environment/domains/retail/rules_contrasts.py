"""Contrast pairs: the same words on two states, one just inside a rule and one just outside."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.contrasts import patched
from seawright_environment.core.drafting import Contrast, Half, Scene, View
from seawright_environment.domains.retail.goals import GOALS
from seawright_environment.domains.retail.goals_binding import goal_of
from seawright_environment.domains.retail.goals_draws import Pen
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.rules_edges import (
    STANDINGS,
    Bind,
    FindEdge,
    refunded,
    short_of,
    sold_out,
    stood,
    unpayable,
)
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import Draft, DraftGoal, PatchOp


def contrast(view: View, draft: Draft, draw: random.Random) -> Contrast | None:
    """Return the draft on either side of a rule; None where it stands near none."""
    if len(draft.goals) != 1:
        return None
    goal = draft.goals[0]
    twins = _TWINS.get(GOALS[goal.type].words)
    pen = _pen(view, draft.customer_id, draw)
    order = _order(pen, goal) if twins is not None else None
    if twins is None or order is None:
        return None
    # Whoever speaks of an order by its status tells what the status decides.
    edges = twins.edges[1:] if draft.reference == "status" else twins.edges
    found = draw.choice(edges)(pen, order, goal) if edges else None
    if found is None:
        return None
    halves = [
        _half(pen, goal_type, patch, found.bind)
        for goal_type, patch in ((twins.granted, found.inside), (twins.refused, found.outside))
    ]
    return Contrast(rule=found.rule, inside=halves[0], outside=halves[1])


def _pen(view: View, customer_id: str, draw: random.Random) -> Pen:
    scene = Scene(
        view=view, customer_id=customer_id, strangers=[customer_id], earlier=[], is_last=True
    )
    return Pen(scene, Shop(view), draw)


def _half(pen: Pen, goal_type: str, patch: Sequence[PatchOp], bind: Bind) -> Half:
    there = _pen(patched(pen.scene.view, patch), pen.scene.customer_id, pen.draw)
    return Half(patch=list(patch), goals=[goal_of(there, goal_type, bind(there))])


def _order(pen: Pen, goal: DraftGoal) -> Order | None:
    """Return the goal's order if it is the customer's and untouched, or one that is."""
    mine = [o for o in pen.shop.orders_of(pen.scene.customer_id) if o["status"] in STANDINGS]
    named = [order for order in mine if order["order_id"] == goal.arguments["order_id"]]
    return named[0] if named else pen.draw.choice(mine) if mine else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twins:
    """Two goal types of the same words."""

    granted: str
    refused: str
    edges: Sequence[FindEdge]
    """The first is that of the order's status."""


_TWINS: Mapping[str, _Twins] = {
    "cancel": _Twins(
        granted="cancel_pending_order",
        refused="refused_cancellation",
        edges=(stood("pending", "cancel.pending"),),
    ),
    "address": _Twins(
        granted="modify_pending_order_address",
        refused="refused_address_change",
        edges=(stood("pending", "change.pending"),),
    ),
    "payment": _Twins(
        granted="modify_pending_order_payment",
        refused="refused_payment_change",
        edges=(stood("pending", "change.pending"), unpayable),
    ),
    "items": _Twins(
        granted="modify_pending_order_items",
        refused="refused_item_change",
        edges=(
            stood("pending", "change.pending"),
            sold_out("pending", "change.items"),
            short_of("pending", "change.items_cover"),
        ),
    ),
    "exchange": _Twins(
        granted="exchange_delivered_order_items",
        refused="refused_exchange",
        edges=(
            stood("delivered", "exchange.delivered"),
            sold_out("delivered", "exchange.items"),
            short_of("delivered", "exchange.covers"),
        ),
    ),
    "return": _Twins(
        granted="return_delivered_order_items",
        refused="refused_return",
        edges=(stood("delivered", "return.delivered"), refunded),
    ),
}
