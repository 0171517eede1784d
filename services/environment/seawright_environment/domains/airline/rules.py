"""The airline's rules: what a right agent refuses although the tools would do it."""

from collections.abc import Sequence

from seawright_environment.core.drafting import View
from seawright_environment.core.world import World
from seawright_environment.domains.airline.goals import GOALS
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_arguments import text_argument
from seawright_environment.domains.airline.goals_binding import NUM_OUT_OF_SCOPE, REQUESTS
from seawright_environment.domains.airline.rules_facts import answer
from seawright_environment.domains.airline.rules_policy import EXPLANATIONS
from seawright_environment.domains.airline.rules_wishes import NO_RULE, mismatch, rule_against
from seawright_shared.records.tasks import DraftGoal

_MOVED = ("cancel_reservation", "change_flights")
"""After one of these a delay is compensated."""


def obstacle(world: World, goal: DraftGoal) -> str | None:
    """Say why a goal that writes nothing cannot come out as it should."""
    if goal.type == "human_request":
        return None
    airline, words = Airline(world.view), GOALS[goal.type].words
    if goal.type != "refused_booking":
        reservation = airline.reservation(text_argument(goal, "reservation_id"))
        if reservation is None:
            return "Reservation not found"
        if goal.type == "reservation_info":
            known = answer(airline, reservation, text_argument(goal, "fact"))
            return None if known else "There is no such fact"
        if reservation["status"] == "cancelled":
            return "Reservation is already cancelled"
    against = rule_against(airline, words, goal)
    if goal.type == "flown_cancellation":
        return None if against == "cancel.flown" else "Nothing of it was flown"
    if against == "cancel.flown":
        return "What was flown in part is for a person to cancel"
    differs = mismatch(airline, words, goal)
    return differs or ("No rule forbids it" if against == NO_RULE else None)


def objection(
    view: View, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
) -> str | None:
    """Say which rule beyond the tools forbids a goal, in the state just before it."""
    if any(GOALS[before.type].outcome == "transfer" for before in earlier):
        return "a transfer ends the conversation"
    if goal.type == "human_request":
        is_known = REQUESTS.index(text_argument(goal, "request")) >= NUM_OUT_OF_SCOPE
        return "the tools can do what a human is wanted for" if is_known else None
    airline, words = Airline(view), GOALS[goal.type].words
    if goal.type == "refused_booking":
        return None
    if goal.type == "book_reservation":
        return _forbidden(airline, words, goal)
    reservation = airline.reservation(text_argument(goal, "reservation_id"))
    if reservation is None or reservation["user_id"] != customer_id:
        return "the reservation belongs to another customer"
    method = goal.arguments.get("payment_id")
    if isinstance(method, str) and airline.method(customer_id, method) is None:
        return "the payment method belongs to another customer"
    repeated = _objection_to_repetition(earlier, goal)
    if repeated or GOALS[goal.type].outcome != "fulfil":
        return repeated
    return _forbidden(airline, words, goal)


def _forbidden(airline: Airline, words: str, goal: DraftGoal) -> str | None:
    against = rule_against(airline, words, goal)
    return EXPLANATIONS[against] if against != NO_RULE else mismatch(airline, words, goal)


def _objection_to_repetition(earlier: Sequence[DraftGoal], goal: DraftGoal) -> str | None:
    """Say why a goal does not go with what was asked before about the same reservation."""
    same = [before for before in earlier if before.entity == goal.entity]
    kind = GOALS[goal.type]
    if kind.outcome != "fulfil":
        if any(GOALS[before.type].outcome == "fulfil" for before in same):
            return "the reservation was changed just before"
        is_repeated = any(before.arguments == goal.arguments for before in same)
        return "the same was asked before" if is_repeated else None
    if kind.words == "compensation" and any(
        before.type == "delayed_cancellation" for before in same
    ):
        return "the same was asked before"
    if any(GOALS[before.type].words == kind.words for before in same):
        return "the same was asked before"
    if goal.arguments.get("complaint") == "delayed" and not any(
        before.type in _MOVED for before in same
    ):
        return "a delay is compensated only after a change or a cancellation"
    return None
