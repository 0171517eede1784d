"""What is known of a line, a plan or a bill, as it is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.goals_carrier import Carrier, number_of, text_of
from seawright_shared.records.checkers import SaidItem
from seawright_shared.records.tasks import DraftGoal


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A fact in the agent's words, and what proves that it was said."""

    shown: str
    said: SaidItem


def answer(carrier: Carrier, goal: DraftGoal) -> Answer | None:
    """Return the fact that a goal asks for; None where nothing holds it."""
    fact = text_of(goal.arguments, "fact")
    if "bill_id" in goal.arguments:
        bill = carrier.bill(text_of(goal.arguments, "bill_id"))
        tell = _OF_BILLS.get(fact)
        return tell(bill) if bill is not None and tell is not None else None
    line = carrier.line(text_of(goal.arguments, "line_id"))
    if line is None:
        return None
    if goal.type == "contract_info":
        return _day(line["contract_end_date"]) if fact == "end" else None
    if goal.type == "usage_info" and fact in _OF_LINES:
        return _OF_LINES[fact](line)
    plan = carrier.plan_of(line)
    return _OF_PLANS[fact](plan) if fact in _OF_PLANS else None


def dollars(amount: float) -> str:
    """Return an amount as it is said."""
    return f"${amount:.2f}"


def gigabytes(amount: float) -> str:
    """Return an amount of data as it is said."""
    return f"{amount:g} GB"


def _money(amount: float) -> Answer:
    return Answer(shown=dollars(amount), said=SaidItem(cents=round(amount * 100)))


def _data(amount: float) -> Answer:
    number = f"{amount:g}"
    spellings = dict.fromkeys(
        f"{figure}{unit}"
        for figure in (number, str(amount))
        for unit in (" GB", "GB", " gigabytes")
    )
    return Answer(shown=gigabytes(amount), said=SaidItem(any_of=list(spellings)))


def _day(value: object) -> Answer | None:
    if not isinstance(value, str):
        return None
    day = date.fromisoformat(value)
    month = day.strftime("%B")
    spellings = [
        value,
        f"{month} {day.day}, {day.year}",
        f"{month} {day.day} {day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day:02d} {month} {day.year}",
        f"{month} {day.day:02d}, {day.year}",
    ]
    return Answer(shown=value, said=SaidItem(any_of=list(dict.fromkeys(spellings))))


def _word(text: str) -> Answer:
    return Answer(shown=text, said=SaidItem(text=text))


def _roaming(line: JsonObject) -> Answer:
    if line["roaming_enabled"]:
        return Answer(shown="switched on", said=SaidItem(any_of=list(ROAMING_ON)))
    return Answer(shown="switched off", said=SaidItem(any_of=list(ROAMING_OFF)))


ROAMING_ON = ("switched on", "already on", "is on", "enabled", "active", "turned on")
ROAMING_OFF = ("switched off", "is off", "disabled", "not enabled", "not on", "turned off")
_OF_BILLS: Mapping[str, Callable[[JsonObject], Answer | None]] = {
    "amount": lambda bill: _money(number_of(bill, "total_due")),
    "due_date": lambda bill: _day(bill["due_date"]),
    "status": lambda bill: _word(text_of(bill, "status")),
}
_OF_LINES: Mapping[str, Callable[[JsonObject], Answer]] = {
    "used": lambda line: _data(number_of(line, "data_used_gb")),
    "roaming": _roaming,
}
_OF_PLANS: Mapping[str, Callable[[JsonObject], Answer]] = {
    "limit": lambda plan: _data(number_of(plan, "data_limit_gb")),
    "price": lambda plan: _money(number_of(plan, "price_per_month")),
    "gb_price": lambda plan: _money(number_of(plan, "data_refueling_price_per_gb")),
    "name": lambda plan: _word(text_of(plan, "name")),
}
