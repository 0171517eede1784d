"""What a right agent looks up: the customer, then what his words refer to."""

import random
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.retail.goals import GOALS, text_argument
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.phrases import IDENTITY_CUES
from seawright_environment.domains.retail.phrases_slots import swapped
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import Draft, DraftGoal, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """The one way in which a customer can say who he is."""

    fact: Fact
    call: ToolCall
    unknowns: tuple[str, ...]


def identification(world: World, draft: Draft, draw: random.Random) -> Identification:
    """Return how the customer identifies himself: by email, or by name where that is unique."""
    user = Shop(world.view).user(draft.customer_id)
    first, last = user["name"]["first_name"], user["name"]["last_name"]
    zip_code, email = user["address"]["zip"], user["email"]
    by_name: dict[str, JsonValue] = {"first_name": first, "last_name": last, "zip": zip_code}
    if draw.random() < 0.5:
        found = world.fork().call("assistant", "find_user_id_by_name_zip", by_name)
        if found.content == draft.customer_id:
            text = f"My name is {first} {last} and my zip code is {zip_code}."
            call = ToolCall(id="i0", name="find_user_id_by_name_zip", arguments=by_name)
            return Identification(fact=_fact(text), call=call, unknowns=("his email",))
    call = ToolCall(id="i0", name="find_user_id_by_email", arguments={"email": email})
    return Identification(fact=_fact(f"My email is {email}."), call=call, unknowns=())


def reads_of(shop: Shop, draft: Draft, goal: DraftGoal, *, prefix: str) -> list[ToolCall]:
    """Return the look-ups before a wish can be answered, in order."""
    if "order_id" not in goal.arguments:
        return []
    order_id = text_argument(goal, "order_id")
    reads: list[tuple[str, dict[str, JsonValue]]] = []
    is_refused = GOALS[goal.type].outcome == "refuse"
    if draft.reference == "id":
        if is_refused and "payment_method_id" in goal.arguments:
            reads.append(("get_user_details", {"user_id": draft.customer_id}))
        reads.append(("get_order_details", {"order_id": order_id}))
    else:
        reads.append(("get_user_details", {"user_id": draft.customer_id}))
        for order in shop.orders_of(draft.customer_id):
            named: dict[str, JsonValue] = {"order_id": order["order_id"]}
            reads.append(("get_order_details", named))
            if order["order_id"] == order_id:
                break
    if "new_item_ids" in goal.arguments and (is_refused or draft.reference != "id"):
        products = dict.fromkeys(item["product_id"] for item in swapped(shop, goal))
        reads.extend(("get_product_details", _product(product)) for product in products)
    return [
        ToolCall(id=f"{prefix}_{number}", name=name, arguments=arguments)
        for number, (name, arguments) in enumerate(reads)
    ]


def _product(product_id: str) -> dict[str, JsonValue]:
    return {"product_id": product_id}


def _fact(text: str) -> Fact:
    return Fact(key="identity", text=text, when="on_ask", cues=list(IDENTITY_CUES))
