from typing import Any

import pytest

from seawright_environment.core.audits.audit import Auditor
from tests.unit.environment.core.audits.library import action, findings, task
from tests.unit.environment.shops import exact_shop, open_exact_world, shop


def pending_with_two_items() -> tuple[str, list[str], list[str], str]:
    """Return an order, two of its items, another variant of each, and how it was paid."""
    view: Any = open_exact_world().view
    for order_id, order in view["orders"].items():
        pairs = []
        for item in order["items"]:
            variants = view["products"][item["product_id"]]["variants"].values()
            others = [v for v in variants if v["available"] and v["item_id"] != item["item_id"]]
            if others and item["item_id"] not in [old for old, _ in pairs]:
                pairs.append((item["item_id"], others[0]["item_id"]))
        paid = order["payment_history"][0]["payment_method_id"]
        if order["status"] == "pending" and len(pairs) > 1 and not paid.startswith("gift"):
            return order_id, [p[0] for p in pairs[:2]], [p[1] for p in pairs[:2]], paid
    raise LookupError("no such order")


@pytest.mark.parametrize(("num", "expected"), [(1, set()), (2, {"target-by-defect"})])
def test_gold_that_gives_all_items_the_price_of_the_last_hangs_on_a_defect(
    num: int, expected: set[str]
):
    order_id, old, new, paid = pending_with_two_items()
    change = action(
        "modify_pending_order_items",
        order_id=order_id,
        item_ids=old[:num],
        new_item_ids=new[:num],
        payment_method_id=paid,
    )
    document = task(change, words=order_id)
    for base, wanted in ((exact_shop(), expected), (shop(), set[str]())):
        auditor = Auditor(base=base, author=None, max_mutants=0, watch=lambda done, total: None)
        report = auditor.audit([document], None)
        codes = {finding.code for finding in findings(report)}
        assert codes - {"target-unrounded"} == wanted
