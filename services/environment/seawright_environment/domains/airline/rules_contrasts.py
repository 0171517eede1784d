"""Contrast pairs: the same words on two states, one just inside a rule and one just outside."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.bound_goals import Bound
from seawright_environment.core.drafting import Contrast, Half, Scene, View
from seawright_environment.domains.airline.goals import GOALS, finished
from seawright_environment.domains.airline.goals_airline import (
    COVERED,
    RECENT_HOURS,
    Airline,
    keeps_route,
)
from seawright_environment.domains.airline.goals_binding import (
    bound_cancel,
    bound_compensation,
    bound_update,
)
from seawright_environment.domains.airline.goals_draws import (
    Chosen,
    Pen,
    chosen_flights,
    has_seats,
    price_of_update,
    real_flights,
)
from seawright_environment.domains.airline.goals_views import patched
from seawright_environment.domains.airline.phrases import WISHES
from seawright_environment.domains.airline.phrases_slots import wish_slots
from seawright_environment.domains.airline.rules_contrasts_patches import (
    cancelled_flight,
    made,
    not_business,
    not_recent,
    setting,
)
from seawright_environment.domains.airline.state import Reservation
from seawright_shared.records.tasks import Draft, DraftGoal, PatchOp

Bind = Callable[[Pen], Bound]
MAX_TRIES = 12
"""Changes of flights that are drawn until one can be carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    """A rule, and the patches that put a state on either side of it."""

    rule: str
    inside: Sequence[PatchOp]
    outside: Sequence[PatchOp]
    bind: Bind


def contrast(view: View, draft: Draft, draw: random.Random) -> Contrast | None:
    """Return the draft on either side of a rule; None where it stands near none."""
    if len(draft.goals) != 1:
        return None
    twins = _TWINS.get(GOALS[draft.goals[0].type].words)
    if twins is None:
        return None
    pen = _pen(view, draft, draw)
    found = twins.edge(pen, draft.goals[0])
    if found is None:
        return None
    halves = [
        _half(pen, goal_type, patch, found.bind)
        for goal_type, patch in ((twins.granted, found.inside), (twins.refused, found.outside))
    ]
    inside, outside = halves
    if _words(view, draft, inside) != _words(view, draft, outside):
        return None
    return Contrast(rule=found.rule, inside=inside, outside=outside)


def _words(view: View, draft: Draft, half: Half) -> list[str]:
    """Return all that the customer may say in a half: it must not give the difference away."""
    there = Airline(patched(view, half.patch))
    (goal,) = half.goals
    slots = wish_slots(there, draft, goal)
    return [text.format(**slots) for text in WISHES[GOALS[goal.type].words]]


def _pen(view: View, draft: Draft, draw: random.Random) -> Pen:
    scene = Scene(
        view=view,
        customer_id=draft.customer_id,
        strangers=[draft.customer_id],
        earlier=[],
        is_last=True,
    )
    return Pen(scene, Airline(view), draw)


def _half(pen: Pen, goal_type: str, patch: Sequence[PatchOp], bind: Bind) -> Half:
    view = patched(pen.scene.view, patch)
    scene = Scene(
        view=view,
        customer_id=pen.customer,
        strangers=pen.scene.strangers,
        earlier=[],
        is_last=True,
    )
    there = Pen(scene, Airline(view), pen.draw)
    return Half(patch=list(patch), goals=[finished(there, goal_type, bind(there))])


def _upcoming(pen: Pen, goal: DraftGoal) -> Reservation | None:
    """Return the goal's reservation if it lies ahead and is the customer's, or one that is."""
    mine = [
        one
        for one in pen.airline.reservations_of(pen.customer)
        if pen.airline.standing(one) == "upcoming" and "cancelled" not in pen.airline.statuses(one)
    ]
    named = [one for one in mine if one["reservation_id"] == goal.arguments["reservation_id"]]
    return named[0] if named else pen.draw.choice(mine) if mine else None


def _cancelling(pen: Pen, goal: DraftGoal) -> _Edge | None:
    reservation = _upcoming(pen, goal)
    if reservation is None:
        return None
    edge = pen.draw.choice((_recent, _insured, _taken_off))
    return edge(pen, reservation, str(goal.arguments["reason"]))


def _recent(pen: Pen, reservation: Reservation, reason: str) -> _Edge | None:
    del pen
    bare = [*not_business(reservation), setting(reservation, "insurance", "no")]
    return _Edge(
        rule="cancel.recent",
        inside=[*bare, made(reservation, RECENT_HOURS - 1)],
        outside=[*bare, made(reservation, RECENT_HOURS + 1)],
        bind=lambda there: bound_cancel(there, reservation["reservation_id"], reason),
    )


def _insured(pen: Pen, reservation: Reservation, reason: str) -> _Edge | None:
    covered = reason if reason in COVERED else pen.draw.choice(COVERED)
    bare = [*not_business(reservation), *not_recent(reservation)]
    return _Edge(
        rule="cancel.insurance",
        inside=[*bare, setting(reservation, "insurance", "yes")],
        outside=[*bare, setting(reservation, "insurance", "no")],
        bind=lambda there: bound_cancel(there, reservation["reservation_id"], covered),
    )


def _taken_off(pen: Pen, reservation: Reservation, reason: str) -> _Edge | None:
    bare = [
        *not_business(reservation),
        *not_recent(reservation),
        setting(reservation, "insurance", "no"),
    ]
    return _Edge(
        rule="cancel.airline",
        inside=[*bare, cancelled_flight(pen, reservation)],
        outside=bare,
        bind=lambda there: bound_cancel(there, reservation["reservation_id"], reason),
    )


def _changing(pen: Pen, goal: DraftGoal) -> _Edge | None:
    reservation = _upcoming(pen, goal)
    method = _card(pen)
    if reservation is None or method is None:
        return None
    num, name = len(reservation["passengers"]), reservation["reservation_id"]
    held = chosen_flights(reservation["flights"])
    for _ in range(MAX_TRIES):
        flights = pen.moved_flights(reservation)
        new = [one for one in flights if one not in held]
        keeps = keeps_route(reservation, real_flights(pen.airline, flights))
        if new and keeps and has_seats(pen.airline, new, "economy", num):
            return _Edge(
                rule="flights.basic_economy",
                inside=[setting(reservation, "cabin", "economy")],
                outside=[setting(reservation, "cabin", "basic_economy")],
                bind=_changed_to(name, flights, method),
            )
    return None


def _changed_to(reservation_id: str, flights: Sequence[Chosen], payment_id: str) -> Bind:
    """Return the wish for other flights, in the cabin that the reservation has there."""

    def bind(there: Pen) -> Bound:
        reservation = there.airline.reservation(reservation_id)
        assert reservation is not None, "a patch keeps what exists"
        cabin = reservation["cabin"]
        return bound_update(there, reservation_id, flights, cabin, payment_id)

    return bind


def _upgrading(pen: Pen, goal: DraftGoal) -> _Edge | None:
    reservation = _upcoming(pen, goal)
    methods = pen.airline.user(pen.customer)["payment_methods"]
    gifts = [key for key, method in methods.items() if method["source"] == "gift_card"]
    if reservation is None or not gifts or reservation["cabin"] == "business":
        return None
    flights = chosen_flights(reservation["flights"])
    num, name = len(reservation["passengers"]), reservation["reservation_id"]
    price = price_of_update(pen.airline, reservation, flights, "business")
    if price < 1 or not has_seats(pen.airline, flights, "business", num):
        return None
    gift = pen.draw.choice(gifts)
    path = ["users", pen.customer, "payment_methods", gift, "amount"]
    return _Edge(
        rule="paying.update",
        inside=[PatchOp(path=[*path], op="set", value=float(price))],
        outside=[PatchOp(path=[*path], op="set", value=float(price - 1))],
        bind=lambda there: bound_update(there, name, flights, "business", gift),
    )


def _compensating(pen: Pen, goal: DraftGoal) -> _Edge | None:
    reservation = _upcoming(pen, goal)
    if reservation is None:
        return None
    name = reservation["reservation_id"]
    cancelled = cancelled_flight(pen, reservation)
    insured, uninsured = (setting(reservation, "insurance", answer) for answer in ("yes", "no"))
    member = PatchOp(path=["users", pen.customer, "membership"], op="set", value="regular")
    bare = [*not_business(reservation), member, cancelled]
    inside, outside = [insured, cancelled], [insured]
    rule = "compensation.cancelled"
    if pen.draw.random() < 0.5:
        inside, outside, rule = [*bare, insured], [*bare, uninsured], "compensation.entitled"
    return _Edge(
        rule=rule,
        inside=inside,
        outside=outside,
        bind=lambda there: bound_compensation(there, name, "cancelled"),
    )


def _card(pen: Pen) -> str | None:
    methods = pen.airline.user(pen.customer)["payment_methods"]
    cards = [key for key, method in methods.items() if method["source"] == "credit_card"]
    return pen.draw.choice(cards) if cards else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Twins:
    """Two goal types of the same words."""

    granted: str
    refused: str
    edge: Callable[[Pen, DraftGoal], _Edge | None]


_TWINS: Mapping[str, _Twins] = {
    "cancel": _Twins(
        granted="cancel_reservation", refused="refused_cancellation", edge=_cancelling
    ),
    "flights": _Twins(granted="change_flights", refused="refused_flight_change", edge=_changing),
    "cabin": _Twins(granted="change_cabin", refused="refused_cabin_change", edge=_upgrading),
    "compensation": _Twins(
        granted="compensation", refused="refused_compensation", edge=_compensating
    ),
}
