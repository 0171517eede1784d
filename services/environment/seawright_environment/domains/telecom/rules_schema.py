"""What a draft of the carrier is made of: hostile ones are told apart before anything runs."""

from collections.abc import Callable, Mapping
from typing import cast, get_args

from pydantic import JsonValue

from seawright_environment.domains.telecom.faults import FAULTS
from seawright_environment.domains.telecom.goals import (
    BILL_FACTS,
    COMPLAINTS,
    CONTRACT_FACTS,
    GOALS,
    PLAN_FACTS,
    USAGE_FACTS,
)
from seawright_environment.domains.telecom.phrases import SUSPICIONS
from seawright_shared.records.tasks import Disclosure, Draft, DraftGoal

Test = Callable[[JsonValue], bool]
MAX_GB = 1000.0
_DISCLOSURES = get_args(Disclosure)
_REFERENCES = ("id", "item", "status")


def flaw(draft: Draft) -> str | None:
    """Say why a draft is none of this domain: unknown kinds, missing or wrong arguments."""
    if not draft.goals:
        return "no goal"
    if draft.disclosure not in _DISCLOSURES or draft.reference not in _REFERENCES:
        return "no phrases for this disclosure or reference"
    for goal in draft.goals:
        found = _flaw_of(draft, goal)
        if found is not None:
            return found
    return None


def _flaw_of(draft: Draft, goal: DraftGoal) -> str | None:
    if goal.type not in GOALS:
        return "unknown goal type"
    wanted = {"customer_id": _is_text, **_ARGUMENTS[goal.type]}
    if set(goal.arguments) != set(wanted):
        return f"{goal.type} takes {', '.join(wanted)}"
    for name, is_right in wanted.items():
        if not is_right(goal.arguments[name]):
            return f"{goal.type}.{name} has a wrong value"
    if goal.arguments["customer_id"] != draft.customer_id:
        return "a customer speaks for himself"
    return None


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_flag(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _is_amount(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < MAX_GB


def _are_texts(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_faults(value: JsonValue) -> bool:
    if not _are_texts(value):
        return False
    names = cast("list[str]", value)
    groups = [FAULTS[name].group for name in names if name in FAULTS]
    return 1 <= len(names) <= 4 and len(set(groups)) == len(names)


def _one_of(*texts: str) -> Test:
    return lambda value: isinstance(value, str) and value in texts


def _trouble(*complaints: str) -> Mapping[str, Test]:
    return {
        "line_id": _is_text,
        "complaint": _one_of(*complaints),
        "suspicion": _one_of(*SUSPICIONS),
        "faults": _are_faults,
        "gb": _is_amount,
        "over_gb": _is_amount,
        "used_gb": _is_amount,
        "bill_id": lambda value: isinstance(value, str) and value.startswith("B"),
    }


_BILL: Mapping[str, Test] = {"bill_id": _is_text}
_LINE: Mapping[str, Test] = {"line_id": _is_text}
_RESUME: Mapping[str, Test] = {**_LINE, "bill_ids": _are_texts, "restart": _is_flag}
_ROAM: Mapping[str, Test] = {**_LINE, "abroad": _is_flag}
_REFUEL: Mapping[str, Test] = {**_LINE, "gb": _is_amount}
_ARGUMENTS: Mapping[str, Mapping[str, Test]] = {
    **{complaint: _trouble(complaint) for complaint in COMPLAINTS},
    "hopeless_trouble": _trouble(*COMPLAINTS),
    "pay_overdue_bill": _BILL,
    "resume_line": _RESUME,
    "refuel_data": _REFUEL,
    "enable_roaming": _ROAM,
    "change_plan": {**_LINE, "plan_id": _is_text},
    "refused_payment": _BILL,
    "refused_resume": _RESUME,
    "refused_refuel": _REFUEL,
    "roaming_info": _ROAM,
    "bill_info": {**_BILL, "fact": _one_of(*BILL_FACTS)},
    "usage_info": {**_LINE, "fact": _one_of(*USAGE_FACTS)},
    "plan_info": {**_LINE, "fact": _one_of(*PLAN_FACTS)},
    "contract_info": {**_LINE, "fact": _one_of(*CONTRACT_FACTS)},
}
