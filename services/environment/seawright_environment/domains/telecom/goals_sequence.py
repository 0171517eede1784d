"""What goals of one conversation mean for one another: what was changed, and how long it is."""

from collections.abc import Sequence

from seawright_environment.domains.telecom.faults import cures_of
from seawright_environment.domains.telecom.goals_carrier import texts_of
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import DraftGoal

MAX_LENGTH = 28
"""Messages of one conversation beside greeting, identification and good-bye."""
_TRANSFERS = ("change_plan", "hopeless_trouble")
_STALE = ("roaming_info", "bill_info", "usage_info")
"""Asked about what a conversation may change."""
_PAYMENTS = ("pay_overdue_bill", "resume_line")
_WRITES = ("refuel_data", "enable_roaming", *_PAYMENTS)


def is_trouble(goal: DraftGoal) -> bool:
    """Whether a goal is about something that does not work."""
    return "faults" in goal.arguments


def is_repeated(earlier: Sequence[DraftGoal], goal: DraftGoal) -> bool:
    """Whether the same was asked before."""
    return any(before.entity == goal.entity and before.type == goal.type for before in earlier)


def is_stale(earlier: Sequence[DraftGoal], goal: DraftGoal) -> bool:
    """Whether the right answer may have changed in the conversation."""
    is_answered = goal.type in _STALE or goal.type.startswith("refused_")
    return is_answered and any(map(_writes, earlier))


def length_of(goal: DraftGoal) -> int:
    """Return about how many messages a goal takes."""
    if is_trouble(goal):
        calls = cures_of(goal.arguments)
        num_asked = sum(call.requestor == "user" for call in calls)
        is_owed = any(call.name == "send_payment_request" for call in calls)
        return 5 + 3 * num_asked + (6 if is_owed else 0) + len(calls) - num_asked
    if goal.type == "resume_line":
        return 9 + 9 * len(texts_of(goal.arguments, "bill_ids"))
    return 12 if goal.type == "pay_overdue_bill" else 7


def sequence_features(earlier: Sequence[DraftGoal], goal: DraftGoal) -> dict[str, Scalar]:
    """Return what rules may test of a goal among those before it."""
    same = [before.type for before in earlier if before.entity == goal.entity]
    return {
        "prev_tool": same[-1] if same else "none",
        "prev.has_trouble": any(map(is_trouble, earlier)),
        "prev.has_write": any(map(_writes, earlier)),
        "prev.has_payment": any(before.type in _PAYMENTS for before in earlier),
        "prev.has_transfer": any(before.type in _TRANSFERS for before in earlier),
        "prev.is_same": is_repeated(earlier, goal),
        "prev.makes_stale": is_stale(earlier, goal),
        "is_too_long": sum(map(length_of, [*earlier, goal])) > MAX_LENGTH,
    }


def _writes(goal: DraftGoal) -> bool:
    return goal.type in _WRITES or (is_trouble(goal) and goal.type not in _TRANSFERS)
