"""What a passenger can want: the kinds of wishes, and what a right agent does about each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seawright_environment.core.bound_goals import Bound
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.goals_binding import (
    bind_bags,
    bind_book,
    bind_cabin,
    bind_cancel,
    bind_compensation,
    bind_flights,
    bind_info,
    bind_passengers,
    bind_transfer,
    goal_of,
)
from seawright_environment.domains.airline.goals_delays import bind_delay, late_flight
from seawright_environment.domains.airline.goals_draws import Pen
from seawright_environment.domains.airline.goals_views import patched
from seawright_environment.domains.airline.rules_wishes import NO_RULE, rule_against
from seawright_shared.records.base import Scalar
from seawright_shared.records.domains import Outcome
from seawright_shared.records.tasks import DraftGoal, EnvironmentCall


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalType:
    """One kind of wish. Kinds of equal `words` differ only in what the right answer is."""

    outcome: Outcome
    bind: Callable[[Pen], Bound | None]
    words: str
    """Key of the phrases."""
    rules: tuple[str, ...] = ()
    """Ids of the policy's rules that decide it."""


def draw_goal(pen: Pen, goal_type: str) -> DraftGoal | None:
    """Return a goal of the type, or None where the customer has nothing to speak of."""
    bound = GOALS[goal_type].bind(pen)
    if bound is None:
        return None
    return finished(pen, goal_type, bound)


def finished(pen: Pen, goal_type: str, bound: Bound) -> DraftGoal:
    """Return the goal that a bound wish is, with the rule that stands against it."""
    goal = goal_of(pen, goal_type, bound)
    is_bound = goal.features.get("reservation.exists", True)
    words = GOALS[goal_type].words
    view = patched(pen.scene.view, late_flight(pen.airline, goal.arguments))
    against = rule_against(Airline(view), words, goal) if is_bound else NO_RULE
    transfers = [before.type for before in pen.scene.earlier]
    more: dict[str, Scalar] = {
        "policy.against": against,
        "after_transfer": any(GOALS[name].outcome == "transfer" for name in transfers),
    }
    return goal.model_copy(update={"features": {**goal.features, **more}})


def writes_of(goal: DraftGoal) -> list[EnvironmentCall]:
    """Return the calls that carry a goal out, in order."""
    return [
        EnvironmentCall(
            requestor="assistant",
            name=tool,
            arguments={name: goal.arguments[name] for name in arguments},
        )
        for tool, arguments in WRITES[GOALS[goal.type].words].items()
    ]


_UPDATE = ("reservation_id", "cabin", "flights", "payment_id")
_BAGS = ("reservation_id", "total_baggages", "nonfree_baggages", "payment_id")
_BOOKING = (
    "user_id",
    "origin",
    "destination",
    "flight_type",
    "cabin",
    "flights",
    "passengers",
    "payment_methods",
    "total_baggages",
    "nonfree_baggages",
    "insurance",
)


WRITES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cancel": {"cancel_reservation": ("reservation_id",)},
    "delay": {
        "cancel_reservation": ("reservation_id",),
        "send_certificate": ("user_id", "amount"),
    },
    "flights": {"update_reservation_flights": _UPDATE},
    "cabin": {"update_reservation_flights": _UPDATE},
    "bags": {"update_reservation_baggages": _BAGS},
    "passengers": {"update_reservation_passengers": ("reservation_id", "passengers")},
    "compensation": {"send_certificate": ("user_id", "amount")},
    "book": {"book_reservation": _BOOKING},
}
"""Tools, in order, and those of a goal's arguments that they take; by words of the goal type."""
_CANCEL_RULES = (
    "cancel.grounds",
    "cancel.recent",
    "cancel.airline",
    "cancel.business",
    "cancel.insurance",
)
_PAYING = "paying.update"

GOALS: Mapping[str, GoalType] = {
    "cancel_reservation": GoalType(
        outcome="fulfil",
        bind=bind_cancel,
        words="cancel",
        rules=_CANCEL_RULES,
    ),
    "change_flights": GoalType(
        outcome="fulfil",
        bind=bind_flights,
        words="flights",
        rules=("flights.basic_economy", _PAYING),
    ),
    "change_cabin": GoalType(
        outcome="fulfil",
        bind=bind_cabin,
        words="cabin",
        rules=("cabin.flown", _PAYING),
    ),
    "add_bags": GoalType(
        outcome="fulfil",
        bind=bind_bags,
        words="bags",
        rules=("bags.free", "bags.added"),
    ),
    "change_passengers": GoalType(
        outcome="fulfil",
        bind=bind_passengers,
        words="passengers",
        rules=("passengers.number",),
    ),
    "compensation": GoalType(
        outcome="fulfil",
        bind=bind_compensation,
        words="compensation",
        rules=("compensation.entitled", "compensation.cancelled"),
    ),
    "delayed_cancellation": GoalType(
        outcome="fulfil",
        bind=bind_delay,
        words="delay",
        rules=(*_CANCEL_RULES, "compensation.entitled", "compensation.delayed"),
    ),
    "book_reservation": GoalType(
        outcome="fulfil",
        bind=bind_book,
        words="book",
        rules=("booking.paying", "bags.free"),
    ),
    "reservation_info": GoalType(outcome="info", bind=bind_info, words="info"),
    "refused_cancellation": GoalType(
        outcome="refuse",
        bind=bind_cancel,
        words="cancel",
        rules=_CANCEL_RULES,
    ),
    "refused_flight_change": GoalType(
        outcome="refuse",
        bind=bind_flights,
        words="flights",
        rules=("flights.basic_economy", _PAYING),
    ),
    "refused_cabin_change": GoalType(
        outcome="refuse",
        bind=bind_cabin,
        words="cabin",
        rules=("cabin.flown", _PAYING),
    ),
    "refused_bags": GoalType(
        outcome="refuse",
        bind=bind_bags,
        words="bags",
        rules=("bags.added",),
    ),
    "refused_passengers": GoalType(
        outcome="refuse",
        bind=bind_passengers,
        words="passengers",
        rules=("passengers.number",),
    ),
    "refused_compensation": GoalType(
        outcome="refuse",
        bind=bind_compensation,
        words="compensation",
        rules=("compensation.entitled", "compensation.cancelled", "compensation.delayed"),
    ),
    "refused_booking": GoalType(
        outcome="refuse",
        bind=bind_book,
        words="book",
        rules=("booking.paying", "booking.passengers"),
    ),
    "flown_cancellation": GoalType(
        outcome="transfer", bind=bind_cancel, words="cancel", rules=("cancel.flown",)
    ),
    "human_request": GoalType(
        outcome="transfer", bind=bind_transfer, words="human", rules=("transfer.scope",)
    ),
}
FEATURES = (
    "goal",
    "prev_tool",
    "is_last",
    "after_transfer",
    "policy.against",
    "reservation.exists",
    "reservation.own",
    "reservation.standing",
    "reservation.cabin",
    "reservation.insurance",
    "reservation.hours_since_booking",
    "reservation.airline_cancelled",
    "reservation.flown",
    "reservation.num_passengers",
    "reservation.num_same_route",
    "reservation.num_alike",
    "user.membership",
    "reason",
    "cancel.ground",
    "new.num_flights",
    "new.status",
    "new.seats_cover",
    "new.keeps_route",
    "given_up.flown",
    "new.cabin",
    "changes_nothing",
    "payment.own",
    "payment.kind",
    "payment.num_alike",
    "payment.all_needed",
    "funds_cover",
    "price_up",
    "bags.added",
    "passengers.added",
    "compensation.entitled",
    "complaint",
    "complaint.true",
    "happened",
    "choice",
    "choice.is_best",
    "choice.num_ties",
    "num_passengers",
    "fact",
    "fact.known",
    "request",
    "request.is_service",
)
"""What rules may test."""
