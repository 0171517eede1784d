"""What a right agent lets the customer do, and does in between, before a wish is settled."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from seawright_environment.domains.telecom.faults import UNFIXABLE, cures_of, faults_in
from seawright_environment.domains.telecom.goals import GOALS
from seawright_environment.domains.telecom.goals_carrier import (
    Carrier,
    number_of,
    text_of,
    texts_of,
)
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.phrases import OWED, PROPOSALS
from seawright_environment.domains.telecom.phrases_answers import dollars
from seawright_environment.domains.telecom.phrases_deeds import ask_for
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import DraftGoal, EnvironmentCall, Guidance

TRANSFER = "transfer_to_human_agents"
PROPOSED = ("refuel_data", "enable_roaming")
"""Writes that stand at the end of a wish."""
MAX_BEFORE_TRIAL = 3
"""Deeds of the customer, after more of which he is not asked to try whether it helped."""
_TRIALS = {
    "no_service": "check_status_bar",
    "no_mobile_data": "run_speed_test",
    "slow_data": "run_speed_test",
    "mms_broken": "can_send_mms",
}


def writes_of(goal: DraftGoal) -> list[EnvironmentCall]:
    """Return the writes of a goal, of both parties, in order."""
    arguments = goal.arguments
    if is_trouble(goal):
        return cures_of(arguments)
    if GOALS[goal.type].outcome != "fulfil":
        return []
    customer_id = arguments["customer_id"]
    if goal.type == "pay_overdue_bill":
        return _paying(customer_id, text_of(arguments, "bill_id"))
    line: dict[str, JsonValue] = {"customer_id": customer_id, "line_id": arguments["line_id"]}
    if goal.type == "resume_line":
        paid = [
            call
            for bill_id in texts_of(arguments, "bill_ids")
            for call in _paying(customer_id, bill_id)
        ]
        restart = [_call("user", "reboot_device")] if arguments["restart"] else []
        return [*paid, _call("assistant", "resume_line", **line), *restart]
    if goal.type == "refuel_data":
        return [_call("assistant", goal.type, **line, gb_amount=arguments["gb"])]
    return [_call("assistant", goal.type, **line)]


def guidance_of(carrier: Carrier, goal: DraftGoal) -> list[Guidance]:
    """Return what comes before what is proposed: looks, remedies, and a trial where time is."""
    calls = [call for call in writes_of(goal) if call.name not in PROPOSED[:1]]
    if not is_trouble(goal):
        calls = [call for call in calls if call.name not in PROPOSED]
        return [step for call in calls for step in _steps(carrier, call, calls)]
    found = [_look(_first_look(goal))]
    found += [step for call in calls for step in _steps(carrier, call, calls)]
    is_fulfilled = GOALS[goal.type].outcome == "fulfil"
    num_deeds = sum(call.requestor == "user" for call in calls)
    if not is_fulfilled:
        summary = f"The phone stays broken: {text_of(goal.arguments, 'complaint')}."
        found.append(Guidance(deed=_call("assistant", TRANSFER, summary=summary)))
    elif num_deeds <= MAX_BEFORE_TRIAL and "data_used_up" not in faults_in(goal.arguments):
        found.append(_look(_TRIALS[text_of(goal.arguments, "complaint")]))
    return found


def amounts_of(carrier: Carrier, goal: DraftGoal) -> list[float]:
    """Return the amounts of the bills that the customer is asked to pay for a goal."""
    return [_amount(carrier, bill_id) for bill_id in _asked_bills(writes_of(goal))]


def _steps(
    carrier: Carrier, call: EnvironmentCall, calls: Sequence[EnvironmentCall]
) -> Iterator[Guidance]:
    if call.requestor == "user":
        yield Guidance(ask=ask_for(call), deed=call)
        return
    if call.name != "send_payment_request":
        yield Guidance(deed=call)
        return
    owed = [
        OWED.format(bill_id=bill_id, amount=dollars(_amount(carrier, bill_id)))
        for bill_id in _asked_bills(calls)
    ]
    bill_id = text_of(call.arguments, "bill_id")
    ask = PROPOSALS["request"].format(owed=", ".join(owed), bill_id=bill_id)
    yield Guidance(ask=ask, deed=call)
    yield _look("check_payment_request")


def _first_look(goal: DraftGoal) -> str:
    """Return what shows the agent where to look further."""
    hopeless = UNFIXABLE & set(faults_in(goal.arguments))
    if "sim_pin" in hopeless or "sim_puk" in hopeless:
        return "check_sim_status"
    complaint = text_of(goal.arguments, "complaint")
    return "check_network_status" if complaint == "no_service" else _TRIALS[complaint]


def _look(name: str) -> Guidance:
    deed = _call("user", name)
    return Guidance(ask=ask_for(deed), deed=deed)


def _paying(customer_id: JsonValue, bill_id: str) -> list[EnvironmentCall]:
    return [
        _call("assistant", "send_payment_request", customer_id=customer_id, bill_id=bill_id),
        _call("user", "make_payment"),
    ]


def _asked_bills(calls: Sequence[EnvironmentCall]) -> list[str]:
    return [
        text_of(call.arguments, "bill_id") for call in calls if call.name == "send_payment_request"
    ]


def _amount(carrier: Carrier, bill_id: str) -> float:
    bill = carrier.bill(bill_id)
    assert bill is not None, "only bills that exist are asked for"
    return number_of(bill, "total_due")


def _call(requestor: Requestor, name: str, /, **arguments: JsonValue) -> EnvironmentCall:
    return EnvironmentCall(requestor=requestor, name=name, arguments=arguments)
