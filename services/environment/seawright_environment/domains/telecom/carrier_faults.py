"""What stands wrong at the carrier before a task starts; no party may call these."""

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.accounts import found, line_of
from seawright_environment.domains.telecom.billing import add_bill
from seawright_environment.domains.telecom.lines import suspend_line
from seawright_environment.domains.telecom.state import LAST_CYCLE, TODAY


def set_data_usage(
    state: State, customer_id: JsonValue, line_id: JsonValue, data_used_gb: JsonValue
) -> str:
    """Say how much data a line has used in this cycle."""
    line_of(state, customer_id, line_id)
    if not state.base.is_exact and not _is_amount(data_used_gb):
        raise ValueError("data_used_gb should be a number from 0")
    state.own("lines", str(line_id))["data_used_gb"] = data_used_gb
    return f"Data usage of line {line_id} is now {data_used_gb} GB."


def suspend_line_for_overdue_bill(
    state: State,
    customer_id: JsonValue,
    line_id: JsonValue,
    new_bill_id: JsonValue,
    contract_ended: JsonValue,
) -> str:
    """Suspend a line for a bill that was not paid, and, if told so, for its contract's end."""
    line = line_of(state, customer_id, line_id)
    if not isinstance(new_bill_id, str) or not new_bill_id.startswith("B"):
        raise ValueError("the id of a bill begins with B")
    if state.find("bills", new_bill_id) is not None:
        raise ValueError(f"Bill with ID {new_bill_id} exists already")
    price = found(state, "Plan", line["plan_id"])["price_per_month"]
    begins, ends, due = LAST_CYCLE
    item: JsonObject = {
        "description": f"Charge for line {line_id}",
        "amount": price,
        "date": TODAY,
        "item_type": "Charge",
    }
    suspend_line(state, customer_id, line_id, "overdue bill")
    bill: JsonObject = {
        "bill_id": new_bill_id,
        "customer_id": customer_id,
        "period_start": begins,
        "period_end": ends,
        "issue_date": begins,
        "total_due": price,
        "due_date": due,
        "line_items": [item],
        "status": "Overdue",
    }
    add_bill(state, bill)
    if contract_ended:
        state.own("lines", str(line_id))["contract_end_date"] = ends
    return f"Line {line_id} is suspended; bill {new_bill_id} is overdue."


def _is_amount(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
