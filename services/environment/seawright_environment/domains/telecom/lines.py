"""Lines: suspended, resumed, roaming, given more data."""

import json

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.accounts import (
    bills_of,
    customer_named,
    found,
    line_of,
)
from seawright_environment.domains.telecom.billing import charge_once
from seawright_environment.domains.telecom.state import CYCLE_END, TODAY

ACTIVE, SUSPENDED, PENDING = "Active", "Suspended", "Pending Activation"
MOST_GB = 2.0
"""That may be added to a line in one cycle."""


def own_line(state: State, customer_id: JsonValue, line_id: JsonValue) -> JsonObject:
    """Return a line of this customer, to be changed in place."""
    line_of(state, customer_id, line_id)
    return state.own("lines", str(line_id))


def suspend_line(
    state: State, customer_id: JsonValue, line_id: JsonValue, reason: JsonValue
) -> str:
    """Suspend an active line from today on."""
    del reason
    if line_of(state, customer_id, line_id)["status"] != ACTIVE:
        raise ValueError("Line must be active to suspend")
    line = own_line(state, customer_id, line_id)
    line["status"] = SUSPENDED
    line["suspension_start_date"] = TODAY
    message = "Line suspended successfully. $5/month holding fee will apply."
    return json.dumps({"message": message, "line": line})


def resume_line(state: State, customer_id: JsonValue, line_id: JsonValue) -> str:
    """Bring a line back that is suspended or not yet active."""
    line = line_of(state, customer_id, line_id)
    if line["status"] not in {SUSPENDED, PENDING}:
        raise ValueError("Line must be suspended to resume")
    if not state.base.is_exact:
        _refuse_while_owing(state, customer_id, line)
    line = own_line(state, customer_id, line_id)
    line["status"] = ACTIVE
    line["suspension_start_date"] = None
    return json.dumps({"message": "Line resumed successfully", "line": line})


def _refuse_while_owing(state: State, customer_id: JsonValue, line: JsonObject) -> None:
    if str(line["contract_end_date"] or TODAY) < TODAY:
        raise ValueError("The contract of this line has ended")
    if any(
        bill["status"] == "Overdue" for bill in bills_of(state, customer_named(state, customer_id))
    ):
        raise ValueError("The customer has an overdue bill")


def get_data_usage(state: State, customer_id: JsonValue, line_id: JsonValue) -> str:
    """Return a line's data in this period; numbers are texts, as tau2-bench writes them."""
    line = line_of(state, customer_id, line_id)
    plan = found(state, "Plan", line["plan_id"])
    usage = {
        "line_id": line["line_id"],
        "data_used_gb": str(line["data_used_gb"]),
        "data_limit_gb": str(plan["data_limit_gb"]),
        "data_refueling_gb": str(line["data_refueling_gb"]),
        "cycle_end_date": CYCLE_END,
    }
    return json.dumps(usage)


def enable_roaming(state: State, customer_id: JsonValue, line_id: JsonValue) -> str:
    """Let a line's data be used abroad."""
    return _set_roaming(state, customer_id, line_id, is_enabled=True)


def disable_roaming(state: State, customer_id: JsonValue, line_id: JsonValue) -> str:
    """Keep a line's data at home."""
    return _set_roaming(state, customer_id, line_id, is_enabled=False)


def _set_roaming(
    state: State, customer_id: JsonValue, line_id: JsonValue, *, is_enabled: bool
) -> str:
    word = "enabled" if is_enabled else "disabled"
    if line_of(state, customer_id, line_id)["roaming_enabled"] == is_enabled:
        return f"Roaming was already {word}"
    own_line(state, customer_id, line_id)["roaming_enabled"] = is_enabled
    return f"Roaming {word} successfully"


def refuel_data(
    state: State, customer_id: JsonValue, line_id: JsonValue, gb_amount: JsonValue
) -> str:
    """Add data to a line and charge it by the plan's rate."""
    line = line_of(state, customer_id, line_id)
    if not state.base.is_exact:
        _refuse_to_refuel(line, gb_amount)
    # An amount that cannot be compared is refused by Python, in Python's words.
    if gb_amount <= 0:  # pyright: ignore[reportOperatorIssue]
        raise ValueError("Refuel amount must be positive")
    assert isinstance(gb_amount, int | float)
    rate = found(state, "Plan", line["plan_id"])["data_refueling_price_per_gb"]
    assert isinstance(rate, int | float)
    line = own_line(state, customer_id, line_id)
    had = line["data_refueling_gb"]
    assert isinstance(had, int | float)
    line["data_refueling_gb"] = had + gb_amount
    cost = gb_amount * rate if state.base.is_exact else round(gb_amount * rate, 2)
    # An amount is an amount, whether it is spelled 1 or 1.0.
    shown = gb_amount if state.base.is_exact else f"{gb_amount:g}"
    charge_once(state, str(customer_id), cost, f"Data refueling: {shown} GB at ${rate}/GB")
    told = f"Successfully added {shown} GB of data for line {line_id} for ${cost:.2f}"
    return json.dumps(
        {
            "message": told,
            "new_data_refueling_gb": str(line["data_refueling_gb"]),
            "charge": str(cost),
        }
    )


def _refuse_to_refuel(line: JsonObject, gb_amount: JsonValue) -> None:
    if isinstance(gb_amount, bool) or not isinstance(gb_amount, int | float):
        raise TypeError("gb_amount should be a number")
    had = line["data_refueling_gb"]
    assert isinstance(had, int | float)
    if had + gb_amount > MOST_GB:
        raise ValueError(f"At most {MOST_GB} GB can be added in a cycle; {had} GB were added")
    if line["status"] != ACTIVE:
        raise ValueError("Line must be active to refuel")
