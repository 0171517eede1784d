"""Leaks: answers and ids in what the customer says, where he must not know them."""

import re
from collections.abc import Iterator, Sequence

from seawright_environment.core.drafting import Composition
from seawright_shared.records.tasks import Draft, EnvironmentCall, Scenario

ANSWER = "the customer tells what he asks for"
ID = "the customer names an id that he does not know"
_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")


def leak(draft: Draft, calls: Sequence[EnvironmentCall], composition: Composition) -> str | None:
    """Say what the customer gives away: what a right agent has to find out by itself."""
    if any(_gives_away(composition, place) for place in _questions(composition.scenario)):
        return ANSWER
    if draft.reference == "id":
        return None
    said = _all_said(composition.scenario)
    ids = {name for call in calls for name in _ids(call)} - {draft.customer_id}
    return ID if any(_stands_in(name, said) for name in sorted(ids)) else None


def _questions(scenario: Scenario) -> Iterator[int]:
    return (place for place, wish in enumerate(scenario.wishes) if wish.expects == "info")


def _gives_away(composition: Composition, place: int) -> bool:
    """Whether what is said about a question holds an answer that the checker waits for."""
    scenario = composition.scenario
    told = [fact.text for fact in scenario.facts if fact.key.split(".")[0] == f"wish_{place}"]
    opening = [scenario.opening] if place == 0 else []
    said = " ".join([*opening, scenario.wishes[place].text, *told])
    cents = {_cents(text) for text in _AMOUNT.findall(said)}
    return any(
        (item.text is not None and _stands_in(item.text, said))
        or (item.cents is not None and item.cents in cents)
        for item in composition.said
    )


def _all_said(scenario: Scenario) -> str:
    wishes = [wish.text for wish in scenario.wishes]
    return " ".join([scenario.opening, *wishes, *(fact.text for fact in scenario.facts)])


def _ids(call: EnvironmentCall) -> Iterator[str]:
    for name, value in call.arguments.items():
        if name.endswith("_id") and isinstance(value, str):
            yield value
        if name.endswith("_ids") and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))


def _stands_in(text: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text.lower())}(?!\w)", said.lower()) is not None


def _cents(text: str) -> int:
    return round(float(text.replace(",", "")) * 100)
