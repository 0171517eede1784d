"""What a right agent looks up: the customer, then what his words refer to."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of, texts_of
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.phrases import IDENTITY_CUES
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import Draft, DraftGoal, Fact

Read = tuple[str, dict[str, JsonValue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """The way in which a customer says who he is."""

    fact: Fact
    call: ToolCall


def identification(
    carrier: Carrier, draft: Draft, phone_line_id: str, draw: random.Random
) -> Identification:
    """Return how the customer identifies himself: with a trouble always by his phone's number."""
    customer, line = carrier.customer(draft.customer_id), carrier.line(phone_line_id)
    assert line is not None, "a customer's lines exist"
    number, customer_id = text_of(line, "phone_number"), text_of(customer, "customer_id")
    name, birthday = text_of(customer, "full_name"), text_of(customer, "date_of_birth")
    ways: list[tuple[str, str, dict[str, JsonValue]]] = [
        ("get_customer_by_phone", f"My phone number is {number}.", {"phone_number": number}),
        ("get_customer_by_id", f"My customer id is {customer_id}.", {"customer_id": customer_id}),
        (
            "get_customer_by_name",
            f"My name is {name}, and I was born on {birthday}.",
            {"full_name": name, "dob": birthday},
        ),
    ]
    has_trouble = any(is_trouble(goal) for goal in draft.goals)
    tool, text, arguments = ways[0] if has_trouble else draw.choice(ways)
    fact = Fact(key="identity", text=text, when="on_ask", cues=list(IDENTITY_CUES))
    return Identification(fact=fact, call=ToolCall(id="i0", name=tool, arguments=arguments))


def reads_of(carrier: Carrier, goal: DraftGoal, *, prefix: str) -> list[ToolCall]:
    """Return the look-ups before a wish can be answered, in order."""
    return [
        ToolCall(id=f"{prefix}_{number}", name=name, arguments=arguments)
        for number, (name, arguments) in enumerate(_reads(carrier, goal))
    ]


def _reads(carrier: Carrier, goal: DraftGoal) -> Iterator[Read]:
    customer_id = text_of(goal.arguments, "customer_id")
    if not is_trouble(goal) and "bill_id" in goal.arguments:
        yield "get_bills_for_customer", {"customer_id": customer_id}
        return
    line_id = text_of(goal.arguments, "line_id")
    for own in carrier.line_ids(customer_id):
        yield "get_details_by_id", {"id": own}
        if own == line_id:
            break
    line = carrier.line(line_id)
    assert line is not None, "only what can be executed is put into words"
    if goal.type in {"plan_info", "refuel_data"} or goal.arguments.get("fact") == "limit":
        yield "get_details_by_id", {"id": text_of(line, "plan_id")}
    if goal.type == "change_plan":
        yield "get_details_by_id", {"id": text_of(goal.arguments, "plan_id")}
    owes = goal.type == "resume_line" and texts_of(goal.arguments, "bill_ids")
    if owes or (is_trouble(goal) and "line_suspended" in texts_of(goal.arguments, "faults")):
        yield "get_bills_for_customer", {"customer_id": customer_id}
    if is_trouble(goal) and "data_used_up" in texts_of(goal.arguments, "faults"):
        yield "get_data_usage", {"customer_id": customer_id, "line_id": line_id}
        yield "get_details_by_id", {"id": text_of(line, "plan_id")}
