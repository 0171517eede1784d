from collections.abc import Sequence

import pytest
from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.retail.content import RETAIL
from seawright_environment.domains.retail.goals import GOALS, REQUESTS
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.rules import answer, objection, obstacle
from seawright_environment.domains.retail.rules_policy import EXPLANATIONS, POLICY_RULES
from seawright_environment.domains.retail.rules_references import ambiguity
from seawright_environment.domains.retail.rules_wishes import rule_against
from seawright_environment.domains.retail.state import Order
from seawright_shared.records.tasks import Draft, DraftGoal, Reference
from tests.support.synthesis import SHOP, shop


def goal(goal_type: str, entity: str = "", **arguments: JsonValue) -> DraftGoal:
    return DraftGoal(type=goal_type, arguments=arguments, entity=entity, features={})


def world() -> World:
    return World.open(shop())


def an_order(status: str) -> Order:
    view = world().view
    found = (Shop(view).order(order_id) for order_id in view["orders"])
    return next(order for order in found if order and order["status"] == status)


def objected(wanted: DraftGoal, customer: str, earlier: Sequence[DraftGoal] = ()) -> str | None:
    return objection(world().view, customer, earlier, wanted)


def test_an_order_of_another_customer_is_refused_although_the_tool_would_do_it():
    order = an_order("pending")
    wish = goal(
        "cancel_pending_order",
        order["order_id"],
        order_id=order["order_id"],
        reason="no longer needed",
    )
    assert not world().call("assistant", wish.type, wish.arguments).error
    assert objected(wish, order["user_id"]) is None
    assert objected(wish, "somebody_else_1") == "the order belongs to another customer"


def test_an_exchange_for_itself_is_refused_before_it_is_tried():
    order = an_order("delivered")
    item, method = order["items"][0]["item_id"], order["payment_history"][0]["payment_method_id"]
    same: list[JsonValue] = [item]
    wish = goal(
        "exchange_delivered_order_items",
        order["order_id"],
        order_id=order["order_id"],
        item_ids=same,
        new_item_ids=same,
        payment_method_id=method,
    )
    assert objected(wish, order["user_id"]) == "an item cannot be exchanged for itself"


def test_the_profile_of_another_customer_is_refused():
    wish = goal("modify_user_address", "a_b_1", user_id="a_b_1")
    assert objected(wish, "a_b_2") == "the profile belongs to another customer"
    assert objected(wish, "a_b_1") is None


@pytest.mark.parametrize("request_", REQUESTS)
def test_only_what_no_tool_can_do_is_handed_to_a_human(request_: str):
    is_out_of_scope = request_ in {"bug", "discount", "lawyer"}
    assert (objected(goal("human_request", request=request_), "a") is None) is is_out_of_scope


def test_nothing_follows_a_transfer():
    away = goal("human_request", request="bug")
    order = an_order("pending")
    wish = goal("order_info", order["order_id"], order_id=order["order_id"], fact="status")
    assert objected(wish, order["user_id"], [away]) == "a transfer ends the conversation"
    assert objected(away, order["user_id"], [away]) == "a transfer ends the conversation"


def test_an_order_is_not_asked_about_just_after_it_was_changed():
    order = an_order("pending")
    changed = goal("modify_pending_order_address", order["order_id"])
    wish = goal("order_info", order["order_id"], order_id=order["order_id"], fact="status")
    assert objected(wish, order["user_id"], [changed]) == "the order was changed just before"
    assert objected(wish, order["user_id"], [wish]) == "the same was asked before"


@pytest.mark.parametrize(
    ("goal_type", "status", "rule"),
    [
        ("refused_cancellation", "pending", None),
        ("refused_cancellation", "delivered", "cancel.pending"),
        ("refused_address_change", "pending", None),
        ("refused_address_change", "processed", "change.pending"),
        ("refused_return", "delivered", None),
        ("refused_return", "pending", "return.delivered"),
    ],
)
def test_a_refusal_is_expected_only_where_a_rule_stands_against_the_wish(
    goal_type: str, status: str, rule: str | None
):
    order = an_order(status)
    everything: dict[str, JsonValue] = {
        "reason": "no longer needed",
        "item_ids": [order["items"][0]["item_id"]],
        "payment_method_id": order["payment_history"][0]["payment_method_id"],
        "order_id": order["order_id"],
    }
    words = GOALS[goal_type].words
    wish = DraftGoal(type=goal_type, arguments=everything, entity="", features={})
    assert rule_against(Shop(world().view), words, wish) == rule
    assert (obstacle(world(), wish) is None) is (rule is not None)


def test_a_reason_that_is_none_is_refused_whatever_the_status():
    wish = goal(
        "refused_cancellation",
        order_id=an_order("pending")["order_id"],
        reason="found it cheaper",
    )
    assert rule_against(Shop(world().view), "cancel", wish) == "cancel.reason"


def test_what_a_customer_does_not_have_is_no_ground_to_refuse():
    order = an_order("processed")
    wish = goal(
        "refused_payment_change", order_id=order["order_id"], payment_method_id="credit_card_0"
    )
    assert obstacle(world(), wish) == "Payment method not found"


def test_each_rule_stands_in_the_policy_word_for_word_and_is_explained_where_it_forbids():
    policy = RETAIL.domain_policy()
    for rule in POLICY_RULES:
        assert rule.text in policy, rule.id
    known = {rule.id for rule in POLICY_RULES}
    for kind in GOALS.values():
        assert set(kind.rules) <= known
        if kind.outcome == "refuse":
            assert set(kind.rules) <= set(EXPLANATIONS)


def test_facts_that_are_not_known_are_no_answer():
    pending, cancelled = an_order("pending"), an_order("cancelled")
    assert answer(pending, "status") == "pending"
    assert answer(pending, "tracking") is None
    assert answer(pending, "delivery_date") is None
    assert answer(pending, "total") == f"${pending['payment_history'][0]['amount']}"
    assert answer(cancelled, "cancel_reason") == cancelled["cancel_reason"]
    assert obstacle(world(), goal("order_info", order_id="#W0", fact="status")) == "Order not found"


def _status(order: Order) -> str:
    return order["status"]


def _first_item(order: Order) -> str:
    return order["items"][0]["name"]


def _facts(order: Order, reference: Reference) -> list[str]:
    if reference == "status":
        return [order["status"]]
    return [item["name"] for item in order["items"]]


@pytest.mark.parametrize("reference", ["status", "item"])
def test_words_that_fit_two_orders_are_ambiguous_and_ids_never_are(reference: Reference):
    shop_now = Shop(world().view)
    seen: set[bool] = set()
    for user_id in world().view["users"]:
        mine = shop_now.orders_of(user_id)
        for order in mine:
            wish = goal("refused_return", order["order_id"], order_id=order["order_id"])
            draft = Draft(id="d", domain="retail", database=SHOP, customer_id=user_id, goals=[wish])
            said = draft.model_copy(update={"reference": reference})
            key = _status if reference == "status" else _first_item
            fitting = [other for other in mine if key(order) in _facts(other, reference)]
            is_ambiguous = ambiguity(world().view, said, wish) is not None
            assert is_ambiguous is (len(fitting) != 1)
            assert ambiguity(world().view, draft, wish) is None
            seen.add(is_ambiguous)
    assert seen == {True, False}


def test_a_wish_for_a_human_that_is_not_the_last_is_itself_to_blame():
    customer = next(iter(world().view["users"]))
    wish = goal("human_request", customer, request=REQUESTS[0])
    last = wish.model_copy(update={"features": {"is_last": True}})
    early = wish.model_copy(update={"features": {"is_last": False}})
    assert objected(last, customer) is None
    assert objected(early, customer) == "a transfer ends the conversation"
