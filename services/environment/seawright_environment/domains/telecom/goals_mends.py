"""A wish with one thing of it bound anew: another line, bill, plan, amount, fault, or question."""

import random
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.drafting import View
from seawright_environment.core.task_repairs import Mend
from seawright_environment.domains.telecom.faults import FAULTS, UNFIXABLE, faults_in, shows, spare
from seawright_environment.domains.telecom.goals import (
    BILL_FACTS,
    CONTRACT_FACTS,
    GOALS,
    HOPELESS_COMPLAINTS,
    PLAN_FACTS,
    UNKNOWN,
    USAGE_FACTS,
    features_again,
)
from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of
from seawright_environment.domains.telecom.goals_draws import (
    AMOUNTS_GB,
    OVER_GB,
    trouble_features,
)
from seawright_environment.domains.telecom.goals_sequence import is_trouble, sequence_features
from seawright_environment.domains.telecom.rules_preparing import phone_line
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import Draft, DraftGoal

Change = tuple[str, Mapping[str, JsonValue]]
"""What was changed, and the arguments that were."""
MAX_LINES = 4
_FACTS: Mapping[str, Sequence[str]] = {
    "bill_info": BILL_FACTS,
    "usage_info": USAGE_FACTS,
    "plan_info": PLAN_FACTS,
    "contract_info": CONTRACT_FACTS,
}


class TelecomMender:
    """Binds one thing of a wish anew, to what the customer has and what can be wrong."""

    def mended(self, view: View, draft: Draft, index: int, draw: random.Random) -> Iterator[Mend]:
        """Yield the goal with one thing bound anew, smaller changes first."""
        del draw
        carrier, goal = Carrier(view), draft.goals[index]
        earlier, customer_id = draft.goals[:index], draft.customer_id
        for what, changed in _changes(carrier, customer_id, goal):
            arguments = {**goal.arguments, **changed}
            if "bill_ids" in arguments:
                arguments["bill_ids"] = [*carrier.overdue_ids(customer_id)]
            about = "line_id" if "line_id" in arguments else "bill_id"
            bare = goal.model_copy(
                update={"arguments": arguments, "entity": text_of(arguments, about)}
            )
            if "restart" in arguments:
                is_in_hand = _is_in_hand(carrier, customer_id, earlier, bare)
                bare = bare.model_copy(update={"arguments": {**arguments, "restart": is_in_hand}})
            features = {**_features(carrier, bare), **self.around(view, draft, earlier, bare)}
            yield Mend(what=what, goal=bare.model_copy(update={"features": features}))

    def around(
        self, view: View, draft: Draft, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> dict[str, Scalar]:
        """Return what a goal's features tell of the goals before it."""
        told = sequence_features(earlier, goal)
        if is_trouble(goal):
            told["trouble.is_second"] = any(map(is_trouble, earlier))
            told["trouble.in_hand"] = _is_in_hand(Carrier(view), draft.customer_id, earlier, goal)
        return told


def _is_in_hand(
    carrier: Carrier, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
) -> bool:
    line_id = text_of(goal.arguments, "line_id")
    return phone_line(carrier, customer_id, [*earlier, goal]) == line_id


def _features(carrier: Carrier, goal: DraftGoal) -> dict[str, Scalar]:
    arguments = goal.arguments
    if is_trouble(goal):
        customer_id = text_of(arguments, "customer_id")
        return {**goal.features, **trouble_features(carrier, customer_id, arguments)}
    features = features_again(carrier, goal)
    for name in ("abroad", "fact"):
        value = arguments.get(name)
        if isinstance(value, str | bool):
            features[name] = value
    if "plan_id" in arguments:
        line = carrier.line(text_of(arguments, "line_id"))
        features["plan.is_same"] = line is not None and line["plan_id"] == arguments["plan_id"]
    return features


def _changes(carrier: Carrier, customer_id: str, goal: DraftGoal) -> Iterator[Change]:
    if is_trouble(goal):
        yield from _other_troubles(goal)
    elif "bill_id" in goal.arguments:
        for bill_id in carrier.bill_ids(customer_id):
            yield "another bill", {"bill_id": bill_id}
    if "fact" in goal.arguments:
        for fact in _FACTS[goal.type]:
            if fact != UNKNOWN:
                yield "another question", {"fact": fact}
    if "abroad" in goal.arguments:
        yield "where he is", {"abroad": True}
    if "gb" in goal.arguments and not is_trouble(goal):
        yield from (("another amount", {"gb": amount}) for amount in AMOUNTS_GB)
    if "plan_id" in goal.arguments:
        yield from (("another plan", {"plan_id": plan}) for plan in carrier.view["plans"])
    if "line_id" in goal.arguments:
        for line_id in carrier.line_ids(customer_id)[:MAX_LINES]:
            yield "another line", {"line_id": line_id}


def _other_troubles(goal: DraftGoal) -> Iterator[Change]:
    """Yield the trouble with less that is wrong, or with one thing that explains what is said."""
    named, complaint = faults_in(goal.arguments), text_of(goal.arguments, "complaint")
    is_hopeless = GOALS[goal.type].outcome == "transfer"
    beside = spare(complaint, named)
    least = [name for name in named if name not in beside]
    if least and len(least) < len(named):
        yield "less is wrong", {"faults": [*least]}
    if "data_used_up" in named:
        yield "another amount", {"gb": AMOUNTS_GB[3], "over_gb": OVER_GB[0]}
    for place in range(len(named)):
        rest = [*named[:place], *named[place + 1 :]]
        if rest and shows(complaint, rest):
            yield "less is wrong", {"faults": [*rest]}
    for said in HOPELESS_COMPLAINTS if is_hopeless else (complaint,):
        for name in sorted(UNFIXABLE) if is_hopeless else sorted(FAULTS):
            if shows(said, [name]):
                yield "something else is wrong", {"complaint": said, "faults": [name]}
