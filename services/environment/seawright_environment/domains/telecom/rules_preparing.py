"""What a draft's start is made of: whose phone it is, where he is, and what is wrong."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from seawright_environment.core.drafting import Preparation
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.faults import causes_of, faults_in, suspends
from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.lines import ACTIVE
from seawright_environment.domains.telecom.phone import device_of
from seawright_environment.domains.telecom.phone_network import is_mms_working, measured_speed
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import DraftGoal, EnvironmentCall


def phone_line(carrier: Carrier, customer_id: str, goals: Sequence[DraftGoal]) -> str:
    """Return the line that the customer's phone is on: the first one of his that is spoken of."""
    own = carrier.line_ids(customer_id)
    spoken_of = (goal.arguments.get("line_id") for goal in goals)
    return next((name for name in spoken_of if isinstance(name, str) and name in own), own[0])


def preparation(carrier: Carrier, customer_id: str, goals: Sequence[DraftGoal]) -> Preparation:
    """Return the calls before the episode. Of several troubles the first alone comes about."""
    return Preparation(calls=list(_calls(carrier, customer_id, goals)))


def is_suspendable(carrier: Carrier, goal: DraftGoal) -> bool:
    """Whether the line of a trouble can be suspended before the episode, where that is wrong."""
    line = carrier.line(text_of(goal.arguments, "line_id"))
    is_active = line is not None and line["status"] == ACTIVE
    return is_active or not any(map(suspends, faults_in(goal.arguments)))


def is_well(state: State, goal: DraftGoal) -> bool | None:
    """Return whether what the customer complains of works; None: he complains of nothing."""
    if not is_trouble(goal):
        return None
    complaint = goal.arguments["complaint"]
    if complaint == "no_service":
        return device_of(state)["network_connection_status"] == "connected"
    if complaint == "mms_broken":
        return is_mms_working(state)
    return measured_speed(state).grade == "Excellent"


def _calls(
    carrier: Carrier, customer_id: str, goals: Sequence[DraftGoal]
) -> Iterator[EnvironmentCall]:
    line = carrier.line(phone_line(carrier, customer_id, goals))
    assert line is not None, "a customer's lines exist"
    name = text_of(carrier.customer(customer_id), "full_name")
    yield _call("user", "set_user_info", name=name, phone_number=text_of(line, "phone_number"))
    if any(goal.arguments.get("abroad") is True for goal in goals):
        yield _call("user", "set_user_location", abroad=True)
        yield _call("user", "turn_roaming_on")
    trouble = next((goal for goal in goals if is_trouble(goal)), None)
    if trouble is not None and is_suspendable(carrier, trouble):
        yield from causes_of(trouble.arguments)
    yield _call("user", "simulate_network_search")


def _call(requestor: Requestor, name: str, /, **arguments: JsonValue) -> EnvironmentCall:
    return EnvironmentCall(requestor=requestor, name=name, arguments=arguments)
