"""The link between the two databases: what the carrier's side means for the user's, and back."""

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.accounts import (
    bills_of,
    customer_of_phone,
    found,
    line_of_phone,
)
from seawright_environment.domains.telecom.billing import AWAITING
from seawright_environment.domains.telecom.phone import own_surroundings, surroundings_of


def carry_over(state: State) -> None:
    """Tell the user's side how its line stands, and the carrier's which bill was paid.

    The phone notices at its next search for a network. Nothing is written that is so already.
    """
    phone_number = surroundings_of(state)["phone_number"]
    if phone_number is None:
        return
    line = line_of_phone(state, phone_number)
    plan = found(state, "Plan", line["plan_id"])
    told: JsonObject = {
        "line_active": line["status"] == "Active",
        "roaming_allowed": line["roaming_enabled"],
        "mobile_data_usage_exceeded": _is_used_up(line, plan),
        "payment_request": _request(state, phone_number),
    }
    surroundings = surroundings_of(state)
    if any(surroundings[name] != value for name, value in told.items()):
        own_surroundings(state).update(told)


def _is_used_up(line: JsonObject, plan: JsonObject) -> bool:
    limit, refueled, used = plan["data_limit_gb"], line["data_refueling_gb"], line["data_used_gb"]
    if not isinstance(used, int | float):
        raise TypeError(
            f"'>=' not supported between instances of '{type(used).__name__}' and 'float'"
        )
    assert isinstance(limit, int | float)
    assert isinstance(refueled, int | float)
    return used >= limit + refueled


def _request(state: State, phone_number: JsonValue) -> JsonValue:
    """Return the request for payment as it stands after one that was paid is settled."""
    request = surroundings_of(state)["payment_request"]
    if isinstance(request, dict) and request["paid"]:
        found(state, "Bill", request["bill_id"])
        state.own("bills", str(request["bill_id"]))["status"] = "Paid"
        request = None
    if request is not None:
        return request
    for bill in bills_of(state, customer_of_phone(state, phone_number)):
        if bill["status"] == AWAITING:
            due = bill["total_due"]
            return {"bill_id": bill["bill_id"], "amount_due": due, "paid": False}
    return None
