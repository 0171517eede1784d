from typing import Any

from seawright_environment.core.audits.audit import Auditor
from seawright_environment.domains import AUTHORS
from seawright_shared.records.audits import AuditFinding
from tests.unit.environment.core.audits.library import action, findings, task
from tests.unit.environment.shops import exact_shop, open_world, order_with


def against_policy(*actions: dict[str, Any]) -> list[AuditFinding]:
    auditor = Auditor(
        base=exact_shop(), author=AUTHORS["retail"], max_mutants=2, watch=lambda done, total: None
    )
    report = auditor.audit([task(*actions)], None)
    assert report.num_audited == 1
    return [each for each in findings(report) if each.code == "against-policy"]


def exchange(*, is_same: bool) -> dict[str, Any]:
    view: Any = open_world().view
    order_id = order_with(open_world(), "delivered", paid_by="credit")
    order = view["orders"][order_id]
    for item in order["items"]:
        variants = view["products"][item["product_id"]]["variants"].values()
        others = [v["item_id"] for v in variants if v["available"]]
        wanted = item["item_id"] if is_same else next(i for i in others if i != item["item_id"])
        if not is_same or wanted in others:
            return action(
                "exchange_delivered_order_items",
                order_id=order_id,
                item_ids=[item["item_id"]],
                new_item_ids=[wanted],
                payment_method_id=order["payment_history"][0]["payment_method_id"],
            )
    raise LookupError("no such item")


def test_gold_that_a_rule_of_the_domain_forbids_is_found_at_its_action():
    (finding,) = against_policy(exchange(is_same=True))
    assert finding.pointer == "/0/evaluation_criteria/actions/0"
    assert "an item cannot be exchanged for itself" in finding.detail


def test_gold_that_the_rules_allow_is_not():
    assert against_policy(exchange(is_same=False)) == []


def test_gold_that_changes_another_customers_order_is_found():
    orders: Any = open_world().view["orders"]
    own, other = (
        next(key for key, order in orders.items() if order["status"] == "pending" and wanted(order))
        for wanted in (
            lambda order: True,
            lambda order: (
                order["user_id"] != orders[order_with(open_world(), "pending")]["user_id"]
            ),
        )
    )
    cancels = [
        action("cancel_pending_order", order_id=each, reason="no longer needed")
        for each in (own, other)
    ]
    (finding,) = against_policy(*cancels)
    assert finding.pointer == "/0/evaluation_criteria/actions/1"
    assert "belongs to another customer" in finding.detail


def test_arguments_that_no_rule_can_read_are_left_to_the_other_checks():
    assert against_policy(action("cancel_pending_order", order_id=3, reason=None)) == []
