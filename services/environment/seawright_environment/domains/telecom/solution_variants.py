"""Calls beside the right one: near misses, collateral damage, and other spellings of the same."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pydantic import JsonValue

from seawright_environment.core.drafting import View
from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of
from seawright_environment.domains.telecom.lines import ACTIVE
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import EnvironmentCall

MAX_OTHERS = 2
"""Near misses of one argument."""
_MODES = ("3g_only", "2g_only")
_PERMISSIONS = ("network", "phone")


def near_misses(view: View, customer_id: str, call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return the call with one argument swapped for a plausible other one, in each way."""
    carrier = Carrier(view)
    return [
        call.model_copy(update={"arguments": {**call.arguments, name: other}})
        for name, value in call.arguments.items()
        for other in islice(_others(carrier, customer_id, name, value), MAX_OTHERS)
    ]


def collateral(
    view: View, customer_id: str, calls: Sequence[EnvironmentCall]
) -> list[EnvironmentCall]:
    """Return writes beside the right ones; a refused one changes nothing and counts for nothing."""
    carrier = Carrier(view)
    touched = [call.arguments.get("line_id") for call in calls]
    own = [line for line in carrier.line_ids(customer_id) if line not in touched]
    damage = [call for line in own[:MAX_OTHERS] for call in _damage(customer_id, line)]
    stranger = next(_strangers(carrier, customer_id), None)
    if stranger is not None:
        line = text_of(stranger, "line_id")
        damage += _damage(text_of(stranger, "customer_id"), line)
    for line in dict.fromkeys(touched):
        if isinstance(line, str):
            damage += _damage(customer_id, line)
    by_user: tuple[Requestor, ...] = ("user",)
    damage += [
        EnvironmentCall(requestor=requestor, name=name)
        for requestor in by_user
        for name in ("toggle_wifi", "toggle_wifi_calling", "toggle_data", "connect_vpn")
    ]
    return damage


def equivalents(call: EnvironmentCall) -> list[EnvironmentCall]:
    """Return other spellings that a right checker accepts."""
    amount = call.arguments.get("gb_amount")
    if not isinstance(amount, float) or not amount.is_integer():
        return []
    arguments = {**call.arguments, "gb_amount": int(amount)}
    return [call.model_copy(update={"arguments": arguments})]


def _others(carrier: Carrier, customer_id: str, name: str, value: JsonValue) -> Iterator[JsonValue]:
    if name == "line_id":
        yield from (line for line in carrier.line_ids(customer_id) if line != value)
    elif name == "bill_id":
        yield from (bill for bill in carrier.bill_ids(customer_id) if bill != value)
    elif name == "customer_id":
        others = _strangers(carrier, customer_id)
        yield from (text_of(other, "customer_id") for other in islice(others, 1))
    elif name == "gb_amount" and isinstance(value, int | float):
        yield from (value / 2, value + 0.5)
    elif name == "mode":
        yield from _MODES
    elif name == "permission":
        yield from _PERMISSIONS


def _damage(customer_id: str, line_id: str) -> list[EnvironmentCall]:
    line: dict[str, JsonValue] = {"customer_id": customer_id, "line_id": line_id}
    reason: dict[str, JsonValue] = {**line, "reason": "as it was asked for"}
    return [
        EnvironmentCall(requestor="assistant", name="suspend_line", arguments=reason),
        EnvironmentCall(
            requestor="assistant", name="refuel_data", arguments={**line, "gb_amount": 1.0}
        ),
        EnvironmentCall(requestor="assistant", name="disable_roaming", arguments=line),
    ]


def _strangers(carrier: Carrier, customer_id: str) -> Iterator[dict[str, JsonValue]]:
    """Yield other customers who have an active line, each with that line's id."""
    for other in islice(carrier.view["customers"], 20):
        if other == customer_id:
            continue
        for line in carrier.lines_of(other):
            if line["status"] == ACTIVE:
                yield {"customer_id": other, "line_id": line["line_id"]}
                break
