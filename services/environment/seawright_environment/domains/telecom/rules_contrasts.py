"""Contrast pairs: the same words on two states, just on either side of a rule."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.drafting import Contrast, Half, View
from seawright_environment.domains.telecom.billing import AWAITING
from seawright_environment.domains.telecom.goals import features_again
from seawright_environment.domains.telecom.goals_carrier import (
    Carrier,
    number_of,
    text_of,
)
from seawright_environment.domains.telecom.lines import ACTIVE, MOST_GB, SUSPENDED
from seawright_shared.records.tasks import Draft, DraftGoal, PatchOp

YESTERDAY, TOMORROW = "2025-02-24", "2025-02-26"
STEP_GB = 0.1
Fields = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    """Two states of one thing, on either side of a rule."""

    rule: str
    table: str
    key: str
    inside: Fields
    outside: Fields
    types: tuple[str, str]
    """What the wish is inside and outside."""


def contrast(view: View, draft: Draft, draw: random.Random) -> Contrast | None:
    """Return a draft of one wish on either side of its rule; None where it stands near none."""
    goal = draft.goals[0]
    edge_of = _EDGES.get(goal.type)
    if edge_of is None or len(draft.goals) > 1 or draft.reference == "status":
        return None
    carrier = Carrier(view)
    edge = edge_of(carrier, goal, draw)
    if edge is None:
        return None
    return Contrast(
        rule=edge.rule,
        inside=_half(carrier, goal, edge, is_inside=True),
        outside=_half(carrier, goal, edge, is_inside=False),
    )


def _half(carrier: Carrier, goal: DraftGoal, edge: _Edge, *, is_inside: bool) -> Half:
    fields = edge.inside if is_inside else edge.outside
    patch = [
        PatchOp(path=[edge.table, edge.key, name], op="set", value=value)
        for name, value in fields.items()
    ]
    patched = Carrier(carrier.view, {(edge.table, edge.key): fields})
    arguments = dict(goal.arguments)
    if "bill_ids" in arguments:
        arguments["bill_ids"] = [*patched.overdue_ids(text_of(arguments, "customer_id"))]
    name = edge.types[0 if is_inside else 1]
    half = goal.model_copy(update={"type": name, "arguments": arguments})
    return Half(
        patch=patch,
        goals=[half.model_copy(update={"features": features_again(patched, half)})],
    )


def _bill(carrier: Carrier, goal: DraftGoal, draw: random.Random) -> _Edge | None:
    """Return a bill that fell due yesterday, or does so tomorrow."""
    del draw
    bill_id, customer_id = _of(goal, "bill_id"), _of(goal, "customer_id")
    bill = carrier.bill(bill_id)
    if bill is None or bill_id not in carrier.bill_ids(customer_id):
        return None
    if bill["status"] in {AWAITING, "Draft"} or carrier.has_awaiting(customer_id):
        return None
    return _Edge(
        rule="really_overdue",
        table="bills",
        key=bill_id,
        inside={"status": "Overdue", "due_date": YESTERDAY},
        outside={"status": "Issued", "due_date": TOMORROW},
        types=("pay_overdue_bill", "refused_payment"),
    )


def _contract(carrier: Carrier, goal: DraftGoal, draw: random.Random) -> _Edge | None:
    """Return a suspended line whose contract ends tomorrow, or ended yesterday."""
    del draw
    line_id = _own_line(carrier, goal)
    if line_id is None:
        return None
    stands: Fields = {"status": SUSPENDED, "suspension_start_date": YESTERDAY}
    return _Edge(
        rule="resume_after_end",
        table="lines",
        key=line_id,
        inside={**stands, "contract_end_date": TOMORROW},
        outside={**stands, "contract_end_date": YESTERDAY},
        types=("resume_line", "refused_resume"),
    )


def _refuel(carrier: Carrier, goal: DraftGoal, draw: random.Random) -> _Edge | None:
    """Return a line to which just so much data was added, or a little too much."""
    line_id, gb = _own_line(carrier, goal), number_of(goal.arguments, "gb")
    if line_id is None or gb > MOST_GB:
        return None
    room = draw.choice((0.0, STEP_GB))
    had = round(max(0.0, MOST_GB - gb - room), 1)
    return _Edge(
        rule="two_gigabytes",
        table="lines",
        key=line_id,
        inside={"status": ACTIVE, "data_refueling_gb": had},
        outside={"status": ACTIVE, "data_refueling_gb": round(MOST_GB - gb + STEP_GB, 1)},
        types=("refuel_data", "refused_refuel"),
    )


def _roaming(carrier: Carrier, goal: DraftGoal, draw: random.Random) -> _Edge | None:
    """Return a line that does not roam, or does so already."""
    del draw
    line_id = _own_line(carrier, goal)
    if line_id is None or goal.arguments["abroad"] is not True:
        return None
    return _Edge(
        rule="roaming",
        table="lines",
        key=line_id,
        inside={"status": ACTIVE, "roaming_enabled": False},
        outside={"status": ACTIVE, "roaming_enabled": True},
        types=("enable_roaming", "roaming_info"),
    )


def _own_line(carrier: Carrier, goal: DraftGoal) -> str | None:
    line_id = _of(goal, "line_id")
    is_own = line_id in carrier.line_ids(_of(goal, "customer_id"))
    return line_id if is_own and carrier.line(line_id) is not None else None


def _of(goal: DraftGoal, name: str) -> str:
    return text_of(goal.arguments, name)


_EDGES: Mapping[str, Callable[[Carrier, DraftGoal, random.Random], _Edge | None]] = {
    "pay_overdue_bill": _bill,
    "refused_payment": _bill,
    "resume_line": _contract,
    "refused_resume": _contract,
    "refuel_data": _refuel,
    "refused_refuel": _refuel,
    "enable_roaming": _roaming,
    "roaming_info": _roaming,
}
