"""A customer's bills: listing them, asking for payment, charging what comes up in between."""

import hashlib
import json

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.accounts import bills_of, customer_named, found, ids_in
from seawright_environment.domains.telecom.state import NEXT_CYCLE, TODAY

DEFAULT_LIMIT = 12
AWAITING = "Awaiting Payment"
PAYABLE = frozenset({"Overdue", "Issued", "Disputed", AWAITING})
"""Bills that still ask for money; a draft does not yet."""


def get_bills_for_customer(state: State, customer_id: JsonValue, limit: JsonValue) -> str:
    """Return the bills, the latest first."""
    bills = bills_of(state, customer_named(state, customer_id))
    if not state.base.is_exact and not _is_from_one(limit):
        raise ValueError("limit should be a whole number from 1")
    if not (limit is None or isinstance(limit, int)):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    latest = sorted(bills, key=lambda bill: str(bill["issue_date"]), reverse=True)
    return json.dumps(latest[:limit])


def send_payment_request(state: State, customer_id: JsonValue, bill_id: JsonValue) -> str:
    """Ask the customer to pay a bill. tau2-bench does so also for what is paid or a draft."""
    customer = customer_named(state, customer_id)
    if any(bill["status"] == AWAITING for bill in bills_of(state, customer)):
        raise ValueError("A bill is already awaiting payment for this customer")
    if bill_id not in ids_in(customer, "bill_ids"):
        raise ValueError(f"Bill {bill_id} not found for customer {customer_id}")
    status = found(state, "Bill", bill_id)["status"]
    if not state.base.is_exact and status not in PAYABLE:
        raise ValueError(f"Bill {bill_id} cannot be paid: it is {str(status).lower()}")
    state.own("bills", str(bill_id))["status"] = AWAITING
    return f"Payment request sent to the customer for bill {bill_id}"


def charge_once(state: State, customer_id: str, amount: float, description: str) -> None:
    """Put a charge on the customer's drafted bill, which is begun where there is none."""
    customer = customer_named(state, customer_id)
    drafts = [bill for bill in bills_of(state, customer) if bill["status"] == "Draft"]
    bill_id = str(drafts[0]["bill_id"]) if drafts else _begin_draft(state, customer)
    bill = state.own("bills", bill_id)
    item: JsonObject = {
        "description": description,
        "amount": amount,
        "date": TODAY,
        "item_type": "Charge",
    }
    items, total = bill["line_items"], bill["total_due"]
    assert isinstance(items, list)
    assert isinstance(total, int | float)
    items.append(item)
    bill["total_due"] = total + amount if state.base.is_exact else round(total + amount, 2)


def add_bill(state: State, bill: JsonObject) -> None:
    """Add a bill to those of its customer."""
    bill_id, customer_id = str(bill["bill_id"]), str(bill["customer_id"])
    state.put("bills", bill_id, bill)
    ids_in(state.own("customers", customer_id), "bill_ids").append(bill_id)


def _is_from_one(limit: JsonValue) -> bool:
    return isinstance(limit, int) and not isinstance(limit, bool) and limit >= 1


def _begin_draft(state: State, customer: JsonObject) -> str:
    """Begin the next cycle's bill and return its id, which in tau2-bench is a random one."""
    customer_id, number = customer["customer_id"], len(ids_in(customer, "bill_ids"))
    bill_id = ""
    while not bill_id or state.find("bills", bill_id) is not None:
        name = f"{customer_id}/{number}"
        bill_id = f"B{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        number += 1
    begins, ends, due = NEXT_CYCLE
    bill: JsonObject = {
        "bill_id": bill_id,
        "customer_id": customer_id,
        "period_start": begins,
        "period_end": ends,
        "issue_date": begins,
        "total_due": 0.0,
        "due_date": due,
        "line_items": [],
        "status": "Draft",
    }
    add_bill(state, bill)
    return bill_id
