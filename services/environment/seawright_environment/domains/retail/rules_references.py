"""What the customer's words can mean: exactly one thing may fit each of them."""

from collections.abc import Iterator

from seawright_environment.core.drafting import View
from seawright_environment.core.references import Reading, ambiguity_of, reading
from seawright_environment.domains.retail.goals import list_argument, text_argument
from seawright_environment.domains.retail.goals_shop import Shop, items_named
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import Draft, DraftGoal


def ambiguity(view: View, draft: Draft, goal: DraftGoal) -> str | None:
    """Say what else the customer's words could mean, and how much fits them."""
    return ambiguity_of(readings(view, draft, goal))


def readings(view: View, draft: Draft, goal: DraftGoal) -> Iterator[Reading]:
    """Yield everything that each of the customer's phrases can mean; ids mean one thing only."""
    if draft.reference == "id" or "order_id" not in goal.arguments:
        return
    shop = Shop(view)
    order = shop.order(text_argument(goal, "order_id"))
    assert order is not None, "only what can be executed is put into words"
    yield _orders(shop, order, draft, goal)
    yield from _items(shop, order, goal)
    yield from _payment(shop, draft.customer_id, goal)


def telling_item(order: Order, goal: DraftGoal) -> str:
    """Return the name of the item by which the customer calls an order."""
    if "item_ids" in goal.arguments:
        return items_named(order, list_argument(goal, "item_ids"))[0]["name"]
    return order["items"][0]["name"]


def _orders(shop: Shop, order: Order, draft: Draft, goal: DraftGoal) -> Reading:
    """Return the orders that are of the status, or hold the item, that the customer tells."""
    mine, meant = shop.orders_of(draft.customer_id), order["order_id"]
    if draft.reference == "status":
        status = order["status"]
        kind = "several orders have that status"
        return reading(kind, meant, mine, [lambda o: o["status"] == status], _order_id)
    name = telling_item(order, goal)
    kind = "several orders have such an item"
    return reading(kind, meant, mine, [lambda o: name in _names(o)], _order_id)


def _order_id(order: Order) -> str:
    return order["order_id"]


def _names(order: Order) -> list[str]:
    return [item["name"] for item in order["items"]]


def _items(shop: Shop, order: Order, goal: DraftGoal) -> Iterator[Reading]:
    """Yield the items of the name that is told, and the variants of the options that are."""
    if "item_ids" not in goal.arguments:
        return
    items = items_named(order, list_argument(goal, "item_ids"))
    for item in items:
        name = item["name"]
        kind = "several items of the order have that name"
        yield reading(
            kind,
            item["item_id"],
            order["items"],
            [lambda one, name=name: one["name"] == name],
            lambda one: one["item_id"],
        )
    if "new_item_ids" not in goal.arguments:
        return
    for item, new_id in zip(items, list_argument(goal, "new_item_ids"), strict=True):
        variants = shop.product(item["product_id"])["variants"]
        wanted = variants[new_id]["options"] if new_id in variants else None
        kind = "several variants have those options"
        yield reading(
            kind,
            new_id,
            variants.values(),
            [lambda one, wanted=wanted: one["options"] == wanted],
            lambda one: one["item_id"],
        )


def _payment(shop: Shop, customer_id: str, goal: DraftGoal) -> Iterator[Reading]:
    """Yield the methods of the kind that the customer tells."""
    if "payment_method_id" not in goal.arguments:
        return
    methods = shop.user(customer_id)["payment_methods"]
    meant = text_argument(goal, "payment_method_id")
    wanted = methods[meant].get("source") if meant in methods else None
    kind = "several payment methods are of that kind"
    yield reading(
        kind,
        meant,
        methods.items(),
        [lambda one: one[1].get("source") == wanted],
        lambda one: one[0],
    )
