"""tau2-bench's assertions about the carrier's side."""

from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.domain_content import Assertion
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.accounts import (
    customer_named,
    found,
    ids_in,
    line_of,
)

TOLERANCE_GB = 1e-6


def assert_data_refueling_amount(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether `expected_amount` GB were added to the line."""
    added = line_of(state, given["customer_id"], given["line_id"])["data_refueling_gb"]
    wanted = given["expected_amount"]
    if not isinstance(added, int | float) or not isinstance(wanted, int | float):
        raise TypeError("amounts of data are numbers")
    return abs(added - wanted) < TOLERANCE_GB


def assert_line_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the line's status is `expected_status`."""
    line = line_of(state, given["customer_id"], given["line_id"])
    return line["status"] == given["expected_status"]


def assert_overdue_bill_exists(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the customer has the bill `overdue_bill_id`, and it is overdue."""
    customer, bill_id = customer_named(state, given["customer_id"]), given["overdue_bill_id"]
    if bill_id not in ids_in(customer, "bill_ids"):
        return False
    return found(state, "Bill", bill_id)["status"] == "Overdue"


def assert_no_overdue_bill(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the bill `overdue_bill_id` is paid, or does not exist."""
    bill_id = given["overdue_bill_id"]
    bill = state.find("bills", bill_id) if isinstance(bill_id, str) else None
    return bill is None or bill["status"] == "Paid"


CARRIER_ASSERTIONS: Mapping[str, Assertion] = {
    "assert_data_refueling_amount": assert_data_refueling_amount,
    "assert_line_status": assert_line_status,
    "assert_no_overdue_bill": assert_no_overdue_bill,
    "assert_overdue_bill_exists": assert_overdue_bill_exists,
}
"""By tau2-bench's function names."""
