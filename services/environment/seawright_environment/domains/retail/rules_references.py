"""What the customer's words can mean: exactly one thing may fit each of them."""

from seawright_environment.core.drafting import View
from seawright_environment.domains.retail.goals import list_argument, text_argument
from seawright_environment.domains.retail.goals_shop import Shop, items_named
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import Draft, DraftGoal


def ambiguity(view: View, draft: Draft, goal: DraftGoal) -> str | None:
    """Say what else the customer's words could mean; ids mean one thing only."""
    if draft.reference == "id" or "order_id" not in goal.arguments:
        return None
    shop = Shop(view)
    order = shop.order(text_argument(goal, "order_id"))
    assert order is not None, "only what can be executed is put into words"
    mine = shop.orders_of(draft.customer_id)
    if draft.reference == "status":
        fitting = [other for other in mine if other["status"] == order["status"]]
        if len(fitting) != 1:
            return "several orders have that status"
    else:
        name = telling_item(order, goal)
        fitting = [other for other in mine if name in _names(other)]
        if len(fitting) != 1:
            return "several orders have such an item"
    return _items(shop, order, goal) or _payment(shop, draft.customer_id, goal)


def telling_item(order: Order, goal: DraftGoal) -> str:
    """Return the name of the item by which the customer calls an order."""
    if "item_ids" in goal.arguments:
        return items_named(order, list_argument(goal, "item_ids"))[0]["name"]
    return order["items"][0]["name"]


def _names(order: Order) -> list[str]:
    return [item["name"] for item in order["items"]]


def _items(shop: Shop, order: Order, goal: DraftGoal) -> str | None:
    if "item_ids" not in goal.arguments:
        return None
    items = items_named(order, list_argument(goal, "item_ids"))
    if any(_names(order).count(item["name"]) > 1 for item in items):
        return "several items of the order have that name"
    if "new_item_ids" not in goal.arguments:
        return None
    for item, new_id in zip(items, list_argument(goal, "new_item_ids"), strict=True):
        variants = shop.product(item["product_id"])["variants"]
        wanted = variants[new_id]["options"] if new_id in variants else None
        if sum(variant["options"] == wanted for variant in variants.values()) != 1:
            return "several variants have those options"
    return None


def _payment(shop: Shop, customer_id: str, goal: DraftGoal) -> str | None:
    if "payment_method_id" not in goal.arguments:
        return None
    methods = shop.user(customer_id)["payment_methods"]
    wanted = methods.get(text_argument(goal, "payment_method_id"))
    kinds = [method.get("source") for method in methods.values()]
    if wanted is None or kinds.count(wanted.get("source")) != 1:
        return "several payment methods are of that kind"
    return None
