"""What the customer's words can mean: exactly one thing may fit each of them."""

from seawright_environment.core.drafting import View
from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_shared.records.tasks import Draft, DraftGoal


def ambiguity(view: View, draft: Draft, goal: DraftGoal) -> str | None:
    """Say what else the customer's words could mean; numbers mean one thing only."""
    if draft.reference == "id" or is_trouble(goal):
        return None
    carrier = Carrier(view)
    if "bill_id" in goal.arguments:
        return _of_bill(carrier, draft, text_of(goal.arguments, "bill_id"))
    line = carrier.line(text_of(goal.arguments, "line_id"))
    assert line is not None, "only what can be executed is put into words"
    mine = carrier.lines_of(draft.customer_id)
    if line not in mine:
        return "only a number names the line of another"
    field = "status" if draft.reference == "status" else "plan_id"
    if sum(other[field] == line[field] for other in mine) != 1:
        return "several lines have that status" if field == "status" else "several have that plan"
    return None


def _of_bill(carrier: Carrier, draft: Draft, bill_id: str) -> str | None:
    bill = carrier.bill(bill_id)
    assert bill is not None, "only what can be executed is put into words"
    field = "status" if draft.reference == "status" else "period_start"
    fitting = [
        other for other in carrier.bills_of(draft.customer_id) if other[field] == bill[field]
    ]
    if len(fitting) == 1:
        return None
    return "several bills have that status" if field == "status" else "several are for that month"
