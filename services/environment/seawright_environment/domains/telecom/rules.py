"""The carrier's rules beyond its tools, and what a conversation can be about at all."""

from collections.abc import Sequence

from seawright_environment.core.drafting import View
from seawright_environment.core.world import World
from seawright_environment.domains.telecom.faults import (
    FIRST_REMEDY,
    UNFIXABLE,
    faults_in,
    shows,
    suspends,
)
from seawright_environment.domains.telecom.goals import GOALS
from seawright_environment.domains.telecom.goals_carrier import (
    OVERDUE,
    Carrier,
    has_ended,
    number_of,
    text_of,
)
from seawright_environment.domains.telecom.goals_draws import PHONES, is_spent
from seawright_environment.domains.telecom.goals_sequence import (
    MAX_LENGTH,
    is_repeated,
    is_stale,
    is_trouble,
    length_of,
)
from seawright_environment.domains.telecom.lines import ACTIVE, MOST_GB, PENDING, SUSPENDED
from seawright_environment.domains.telecom.phrases_answers import answer
from seawright_environment.domains.telecom.rules_preparing import is_well, phone_line
from seawright_shared.records.tasks import DraftGoal

_UNCLEAR = ("Disputed", "Awaiting Payment")


def obstacle(world: World, goal: DraftGoal) -> str | None:
    """Say why a goal that writes nothing cannot come out as it should."""
    carrier = Carrier(world.view)
    if is_trouble(goal):
        if GOALS[goal.type].outcome == "fulfil":
            return "there is no remedy"
        return "it works" if is_well(world.state, goal) else None
    if "bill_id" in goal.arguments:
        return _bill_obstacle(carrier, goal)
    customer_id, line_id = (
        text_of(goal.arguments, "customer_id"),
        text_of(goal.arguments, "line_id"),
    )
    line = carrier.line(line_id)
    is_own = line_id in carrier.line_ids(customer_id)
    if line is None or (not is_own and goal.type != "refused_refuel"):
        return f"Line {line_id} not found for customer {customer_id}"
    if goal.type == "change_plan":
        is_offered = carrier.plan(text_of(goal.arguments, "plan_id")) is not None
        return None if is_offered else "Plan not found"
    if goal.type == "roaming_info":
        return None if line["roaming_enabled"] else "Roaming is not on yet"
    if goal.type == "refused_resume":
        if line["status"] != SUSPENDED:
            return "Line must be suspended to resume"
        return None if has_ended(line) else "The request can be granted"
    if goal.type == "refused_refuel":
        return _refuel_obstacle(carrier, goal)
    is_known = answer(carrier, goal) is not None
    return None if is_known else "There is no such fact"


def _bill_obstacle(carrier: Carrier, goal: DraftGoal) -> str | None:
    customer_id, bill_id = (
        text_of(goal.arguments, "customer_id"),
        text_of(goal.arguments, "bill_id"),
    )
    bill = carrier.bill(bill_id)
    if bill is None or bill_id not in carrier.bill_ids(customer_id):
        return f"Bill {bill_id} not found for customer {customer_id}"
    if goal.type == "refused_payment":
        if bill["status"] == OVERDUE:
            return "The request can be granted"
        return "The bill is in somebody's hands" if bill["status"] in _UNCLEAR else None
    return None if answer(carrier, goal) is not None else "There is no such fact"


def _refuel_obstacle(carrier: Carrier, goal: DraftGoal) -> str | None:
    line_id = text_of(goal.arguments, "line_id")
    line = carrier.line(line_id)
    assert line is not None, "it was looked for before"
    if line_id not in carrier.line_ids(text_of(goal.arguments, "customer_id")):
        return None
    if line["status"] != ACTIVE:
        return "Line must be active to refuel"
    had = number_of(line, "data_refueling_gb")
    fits = had + number_of(goal.arguments, "gb") <= MOST_GB
    return "The request can be granted" if fits else None


def objection(
    view: View, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
) -> str | None:
    """Say which rule beyond the tools forbids a goal, in the state just before it."""
    carrier = Carrier(view)
    if any(GOALS[before.type].outcome == "transfer" for before in earlier):
        return "a transfer ends the conversation"
    if is_repeated(earlier, goal):
        return "the same was asked before"
    if is_stale(earlier, goal):
        return "something was changed just before"
    if sum(map(length_of, [*earlier, goal])) > MAX_LENGTH:
        return "it is too much for one conversation"
    if is_trouble(goal):
        return _objection_to_trouble(carrier, customer_id, earlier, goal)
    if "bill_id" in goal.arguments:
        return _objection_to_bill(carrier, customer_id, goal)
    return _objection_to_line(carrier, customer_id, goal)


def _objection_to_trouble(
    carrier: Carrier, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
) -> str | None:
    line_id, named = text_of(goal.arguments, "line_id"), faults_in(goal.arguments)
    line = carrier.line(line_id)
    if line is None or line_id not in carrier.line_ids(customer_id):
        return "the line belongs to another customer"
    device = carrier.device_of(line)
    if device is None or device["device_type"] not in PHONES:
        return "no phone is used on this line"
    if any(is_trouble(before) for before in earlier):
        return "two troubles at once"
    is_owed = carrier.bill(text_of(goal.arguments, "bill_id")) is not None
    is_cut_off = is_owed and any(map(suspends, named))
    if line["status"] != ACTIVE and not is_cut_off:
        return "the line was out of service before"
    if is_spent(carrier, goal.arguments):
        return "the line had no data left before"
    if phone_line(carrier, customer_id, [*earlier, goal]) != line_id:
        return "the phone is on another line"
    if not shows(text_of(goal.arguments, "complaint"), named):
        return "the phone does not show what is said"
    if goal.type == "hopeless_trouble" and not UNFIXABLE & set(named):
        return "there is a remedy"
    if goal.type == "hopeless_trouble" and len(set(named) - UNFIXABLE - FIRST_REMEDY):
        return "whether a remedy comes before the hand-over is not settled"
    return None


def _objection_to_bill(carrier: Carrier, customer_id: str, goal: DraftGoal) -> str | None:
    bill_id = text_of(goal.arguments, "bill_id")
    bill = carrier.bill(bill_id)
    if bill is None or bill_id not in carrier.bill_ids(customer_id):
        return "the bill belongs to another customer"
    if goal.type == "pay_overdue_bill" and bill["status"] != OVERDUE:
        return "the bill is not overdue"
    return None


def _objection_to_line(carrier: Carrier, customer_id: str, goal: DraftGoal) -> str | None:
    line_id = text_of(goal.arguments, "line_id")
    line = carrier.line(line_id)
    is_own = line is not None and line_id in carrier.line_ids(customer_id)
    if not is_own and goal.type != "refused_refuel":
        return "the line belongs to another customer"
    assert line is not None, "whoever executes it has found it"
    if goal.type == "resume_line" and line["status"] == PENDING:
        return "the line waits for its activation"
    if goal.type == "enable_roaming" and goal.arguments["abroad"] is not True:
        return "the customer is not abroad"
    if goal.type == "change_plan" and line["plan_id"] == goal.arguments["plan_id"]:
        return "the line has that plan"
    return None
