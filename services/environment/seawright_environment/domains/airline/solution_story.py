"""A customer's first wish in all the ways in which he may come to tell it."""

from collections.abc import Iterator

from seawright_environment.core.disclosures import Story
from seawright_environment.domains.airline import phrases, phrases_disclosures
from seawright_environment.domains.airline.goals import GOALS
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_arguments import (
    payments_argument,
    text_argument,
)
from seawright_environment.domains.airline.phrases_slots import key_of, wish_slots
from seawright_shared.records.tasks import Draft, DraftGoal, Fact


def story_of(airline: Airline, draft: Draft, wish: str, greeting: str) -> Story:
    """Return what the customer may say of his first wish, besides the text of it."""
    goal = draft.goals[0]
    words, slots = GOALS[goal.type].words, wish_slots(airline, draft, goal)
    pieces = phrases_disclosures.PIECES.get(key_of(goal))
    return Story(
        greeting=greeting,
        vague=phrases.VAGUE[words],
        pieces=[text.format(**slots) for text in pieces] if pieces else [wish],
        first_thought=phrases_disclosures.FIRST_THOUGHTS[words].format(**slots),
        correction=phrases_disclosures.CORRECTION,
        aside=next(_asides(airline, draft)),
        identity=_identity(draft),
        detail_cues=phrases.DETAIL_CUES,
    )


def _identity(draft: Draft) -> Fact:
    text = f"My user id is {draft.customer_id}."
    return Fact(key="identity", text=text, when="on_ask", cues=list(phrases.IDENTITY_CUES))


def _asides(airline: Airline, draft: Draft) -> Iterator[str]:
    """Yield what is true of things that no wish is about."""
    user = airline.user(draft.customer_id)
    meant = {route for goal in draft.goals for route in _routes(airline, goal)}
    for trip in airline.reservations_of(draft.customer_id):
        route = (trip["origin"], trip["destination"])
        if route not in meant:
            yield phrases_disclosures.ASIDE_TRIP.format(origin=route[0], destination=route[1])
    used = {name for goal in draft.goals for name in _methods(goal)}
    for method_id, method in user["payment_methods"].items():
        if method_id not in used:
            kind = phrases_disclosures.PAYMENT_KINDS[method["source"]]
            yield phrases_disclosures.ASIDE_PAYMENT.format(kind=kind)
    yield phrases_disclosures.ASIDE_NAME.format(name=user["name"]["first_name"])


def _routes(airline: Airline, goal: DraftGoal) -> Iterator[tuple[str, str]]:
    """Yield where a wish goes: of the trip that it names, or that it books."""
    if "reservation_id" in goal.arguments:
        trip = airline.reservation(text_argument(goal, "reservation_id"))
        if trip is not None:
            yield trip["origin"], trip["destination"]
    elif "origin" in goal.arguments:
        yield text_argument(goal, "origin"), text_argument(goal, "destination")


def _methods(goal: DraftGoal) -> Iterator[str]:
    """Yield the payment methods that a wish names."""
    if "payment_id" in goal.arguments:
        yield text_argument(goal, "payment_id")
    if "payment_methods" in goal.arguments:
        yield from (payment_id for payment_id, _ in payments_argument(goal))
