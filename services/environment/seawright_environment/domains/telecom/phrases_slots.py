"""What fills the phrases: how the customer calls things, and how the agent names them."""

from collections.abc import Mapping
from datetime import date

from seawright_environment.domains.telecom.goals_carrier import Carrier, number_of, text_of
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.phrases import KEYS
from seawright_environment.domains.telecom.phrases_answers import answer, dollars, gigabytes
from seawright_shared.records.tasks import Draft, DraftGoal, Reference


def key_of(goal: DraftGoal) -> str:
    """Return the key of the words in which a goal is asked for."""
    if is_trouble(goal):
        return text_of(goal.arguments, "complaint")
    if "fact" in goal.arguments:
        return f"{goal.type}/{goal.arguments['fact']}"
    return KEYS.get(goal.type, goal.type)


def wish_slots(carrier: Carrier, draft: Draft, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the customer calls the things of a goal: by number, by kind or by status."""
    slots: dict[str, str] = {}
    if "gb" in goal.arguments:
        slots["gb"] = gigabytes(number_of(goal.arguments, "gb"))
    if "plan_id" in goal.arguments:
        plan = carrier.plan(text_of(goal.arguments, "plan_id"))
        slots["plan"] = text_of(plan, "name") if plan is not None else ""
    if not is_trouble(goal) and "bill_id" in goal.arguments:
        slots["bill"] = _bill(carrier, draft.reference, text_of(goal.arguments, "bill_id"))
    elif "line_id" in goal.arguments:
        slots["line"] = _line(carrier, draft.reference, text_of(goal.arguments, "line_id"))
    return slots


def script_slots(carrier: Carrier, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the agent names the things of a goal."""
    slots = {name: value for name, value in goal.arguments.items() if isinstance(value, str)}
    line = carrier.line(slots["line_id"]) if "line_id" in slots else None
    if line is not None:
        slots["phone"] = text_of(line, "phone_number")
    if "gb" in goal.arguments and line is not None:
        gb = number_of(goal.arguments, "gb")
        rate = number_of(carrier.plan_of(line), "data_refueling_price_per_gb")
        slots |= {"gb": gigabytes(gb), "cost": dollars(round(gb * rate, 2))}
    if "fact" in slots:
        told = answer(carrier, goal)
        slots["answer"] = told.shown if told is not None else ""
    return slots


def month_of(period_start: str) -> str:
    """Return how people call a billing period."""
    return date.fromisoformat(period_start).strftime("%B %Y")


def _bill(carrier: Carrier, reference: Reference, bill_id: str) -> str:
    bill = carrier.bill(bill_id)
    assert bill is not None, "only what can be executed is put into words"
    if reference == "status":
        return f"my {text_of(bill, 'status').lower()} bill"
    if reference == "item":
        return f"my bill for {month_of(text_of(bill, 'period_start'))}"
    return f"bill {bill_id}"


def _line(carrier: Carrier, reference: Reference, line_id: str) -> str:
    line = carrier.line(line_id)
    assert line is not None, "only what can be executed is put into words"
    if reference == "status":
        return f"my {text_of(line, 'status').lower()} line"
    if reference == "item":
        return f"my line on the {text_of(carrier.plan_of(line), 'name')} plan"
    return f"line {text_of(line, 'phone_number')}"
