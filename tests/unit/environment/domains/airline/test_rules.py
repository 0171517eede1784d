"""The airline's rules: who may cancel what, what is compensated, what a person is for."""

import random
from collections.abc import Sequence
from typing import Any, cast

import pytest
from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.airline.goals_binding import REQUESTS
from seawright_environment.domains.airline.goals_views import patched
from seawright_environment.domains.airline.rules import objection, obstacle
from seawright_shared.records.tasks import DraftGoal
from tests.support.airline_synthesis import AUTHOR
from tests.unit.environment.domains.airline.airlines import opened

USER, OTHER = "ada_one_1000", "bob_two_2000"
RESERVATION = "ABC123"
FLOWN, AHEAD, LATE, OFF = "SWR001", "SWR002", "SWR003", "SWR004"
DAY = "2024-05-20"
STATUSES = {FLOWN: "landed", AHEAD: "available", LATE: "delayed", OFF: "cancelled"}


def world(
    *flights: str,
    cabin: str = "economy",
    insurance: str = "no",
    created_at: str = "2024-05-10T09:00:00",
    membership: str = "regular",
    status: str | None = None,
) -> World:
    """Return an airline with one customer, one reservation of these flights, and all statuses."""
    seats = {"basic_economy": 9, "economy": 9, "business": 9}
    prices = {"basic_economy": 60, "economy": 120, "business": 300}

    def day(name: str) -> dict[str, Any]:
        is_open = STATUSES[name] == "available"
        listed = {"available_seats": dict(seats), "prices": dict(prices)} if is_open else {}
        return {"status": STATUSES[name], **listed}

    user = {
        "user_id": USER,
        "name": {"first_name": "Ada", "last_name": "One"},
        "address": {},
        "email": "ada@example.com",
        "dob": "1990-01-01",
        "payment_methods": {
            "credit_card_1": {"source": "credit_card", "id": "credit_card_1"},
            "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "amount": 100.0},
            "certificate_1": {"source": "certificate", "id": "certificate_1", "amount": 500.0},
        },
        "saved_passengers": [],
        "membership": membership,
        "reservations": [RESERVATION],
    }
    held = [
        {"flight_number": name, "origin": "OMA", "destination": "PDX", "date": DAY, "price": 100}
        for name in flights or (AHEAD,)
    ]
    reservation = {
        "reservation_id": RESERVATION,
        "user_id": USER,
        "origin": "OMA",
        "destination": "PDX",
        "flight_type": "one_way",
        "cabin": cabin,
        "flights": held,
        "passengers": [{"first_name": "Ada", "last_name": "One", "dob": "1990-01-01"}],
        "payment_history": [{"payment_id": "credit_card_1", "amount": 100 * len(held)}],
        "created_at": created_at,
        "total_baggages": 1,
        "nonfree_baggages": 0,
        "insurance": insurance,
        "status": status,
    }
    timetable = {
        name: {
            "flight_number": name,
            "origin": "OMA",
            "destination": "PDX",
            "scheduled_departure_time_est": "10:00:00",
            "scheduled_arrival_time_est": "12:00:00",
            "dates": {DAY: day(name), "2024-05-21": day(AHEAD)},
        }
        for name in STATUSES
    }
    return opened(
        is_exact=False,
        users={USER: user},
        reservations={RESERVATION: reservation},
        flights=timetable,
    )


def goal(goal_type: str, **arguments: JsonValue) -> DraftGoal:
    if goal_type != "human_request":
        arguments = {"reservation_id": RESERVATION, **arguments}
    return DraftGoal(type=goal_type, arguments=arguments, entity=RESERVATION, features={})


def moved(
    goal_type: str, *flights: str, day: str = "2024-05-21", **changed: JsonValue
) -> DraftGoal:
    wanted: list[JsonValue] = [{"flight_number": name, "date": day} for name in flights]
    arguments: dict[str, JsonValue] = {
        "cabin": "economy",
        "flights": wanted,
        "payment_id": "credit_card_1",
        **changed,
    }
    return goal(goal_type, **arguments)


def objected(here: World, wanted: DraftGoal, earlier: Sequence[DraftGoal] = ()) -> str | None:
    return objection(here.view, USER, earlier, wanted)


RECENT, OLD = "2024-05-14T16:00:00", "2024-05-14T14:00:00"


@pytest.mark.parametrize(
    ("state", "flights", "reason", "allowed"),
    [
        ({"created_at": RECENT}, [AHEAD], "plans", True),
        ({"created_at": OLD}, [AHEAD], "plans", False),
        ({}, [AHEAD, OFF], "airline", True),
        ({}, [AHEAD], "airline", False),
        ({"cabin": "business"}, [AHEAD], "plans", True),
        ({"cabin": "basic_economy"}, [AHEAD], "plans", False),
        ({"insurance": "yes"}, [AHEAD], "health", True),
        ({"insurance": "yes"}, [AHEAD], "weather", True),
        ({"insurance": "yes"}, [AHEAD], "plans", False),
        ({}, [AHEAD], "health", False),
        ({"membership": "gold"}, [AHEAD], "health", False),
        ({"cabin": "business"}, [FLOWN, AHEAD], "plans", False),
        ({"created_at": RECENT}, [FLOWN], "plans", False),
    ],
)
def test_who_may_cancel(state: dict[str, str], flights: list[str], reason: str, allowed: bool):
    here = world(*flights, **cast("Any", state))
    wish = goal("cancel_reservation", reason=reason)
    assert (objected(here, wish) is None) is allowed
    refusal, person = (
        obstacle(here, goal(name, reason=reason)) is None
        for name in ("refused_cancellation", "flown_cancellation")
    )
    is_flown = FLOWN in flights
    assert person is is_flown
    assert refusal is (not allowed and not is_flown)


@pytest.mark.parametrize(
    ("state", "flights", "complaint", "entitled"),
    [
        ({"membership": "silver"}, [OFF], "cancelled", True),
        ({"membership": "gold"}, [AHEAD, OFF], "cancelled", True),
        ({"insurance": "yes"}, [OFF], "cancelled", True),
        ({"cabin": "business"}, [OFF], "cancelled", True),
        ({}, [OFF], "cancelled", False),
        ({"cabin": "basic_economy"}, [OFF], "cancelled", False),
        ({"membership": "gold"}, [AHEAD], "cancelled", False),
        ({"membership": "gold"}, [LATE], "cancelled", False),
    ],
)
def test_who_is_compensated(
    state: dict[str, str], flights: list[str], complaint: str, entitled: bool
):
    here = world(*flights, **cast("Any", state))
    wish = {"complaint": complaint, "user_id": USER, "amount": 100}
    assert (objected(here, goal("compensation", **cast("Any", wish))) is None) is entitled
    refused = goal("refused_compensation", **cast("Any", wish))
    assert (obstacle(here, refused) is None) is not entitled


def test_a_delay_is_compensated_after_a_change_or_a_cancellation_only():
    here = world(LATE, membership="gold")
    wish = goal("compensation", complaint="delayed", user_id=USER, amount=50)
    assert objected(here, wish) == "a delay is compensated only after a change or a cancellation"
    assert objected(here, wish, [goal("cancel_reservation", reason="plans")]) is None
    double = wish.model_copy(update={"arguments": {**wish.arguments, "amount": 100}})
    assert objected(here, double, [goal("cancel_reservation", reason="plans")]) is not None


@pytest.mark.parametrize(
    ("state", "flight", "said"),
    [
        ({"cabin": "business"}, LATE, None),
        ({"insurance": "yes"}, LATE, "there is no ground to cancel it"),
        (
            {"created_at": RECENT},
            LATE,
            "there is no compensation for this customer and reservation",
        ),
        ({"cabin": "business"}, AHEAD, "no flight of it was cancelled or delayed as told"),
    ],
)
def test_a_late_flight_is_cancelled_and_compensated_at_once_where_both_are_granted(
    state: dict[str, str], flight: str, said: str | None
):
    here = world(AHEAD, LATE, **cast("Any", state))
    wish = goal(
        "delayed_cancellation",
        reason="plans",
        user_id=USER,
        amount=50,
        flight_number=flight,
        date=DAY,
        happened="delayed",
    )
    assert objected(here, wish) == said
    writes = [(call.name, call.arguments) for call in AUTHOR.calls_of(wish)]
    assert writes == [
        ("cancel_reservation", {"reservation_id": RESERVATION}),
        ("send_certificate", {"user_id": USER, "amount": 50}),
    ]
    asked_again = goal("compensation", complaint="delayed", user_id=USER, amount=50)
    assert objected(here, asked_again, [wish]) == "the same was asked before"


@pytest.mark.parametrize(("flight", "happens"), [(AHEAD, True), (LATE, True), (FLOWN, False)])
def test_a_flight_is_made_late_only_while_it_has_not_left(flight: str, happens: bool):
    here = world(flight)
    wish = goal("delayed_cancellation", flight_number=flight, date=DAY, happened="delayed")
    patch = AUTHOR.prepare(here.view, USER, [wish], random.Random(0)).patch
    assert bool(patch) is happens
    if patch:
        flights: Any = patched(here.view, patch)["flights"]
        assert flights[flight]["dates"][DAY]["status"] == "delayed"
    plain = goal("cancel_reservation", reason="plans")
    assert not AUTHOR.prepare(here.view, USER, [plain], random.Random(0)).patch


@pytest.mark.parametrize(
    ("state", "held", "wanted", "said"),
    [
        ({}, [AHEAD], [AHEAD], None),
        ({"cabin": "basic_economy"}, [AHEAD], [AHEAD], "flights in basic economy stay"),
        ({}, [FLOWN], [AHEAD], "the trip was flown to its end"),
        ({}, [FLOWN, AHEAD], [AHEAD, AHEAD], "a flight that has left stays"),
        ({}, [AHEAD], [AHEAD, AHEAD], "the airports stay"),
    ],
)
def test_which_flights_may_be_changed(
    state: dict[str, str], held: list[str], wanted: list[str], said: str | None
):
    here = world(*held, **cast("Any", state))
    cabin = state.get("cabin", "economy")
    assert objected(here, moved("change_flights", *wanted, cabin=cabin)) == said
    refused = obstacle(here, moved("refused_flight_change", *wanted, cabin=cabin))
    assert (refused is None) is (said is not None)


@pytest.mark.parametrize(
    ("payment", "said"),
    [
        ("credit_card_1", None),
        ("gift_card_1", "the payment method cannot pay for that"),
        ("certificate_1", "the payment method cannot pay for that"),
        ("credit_card_2", "the payment method belongs to another customer"),
    ],
)
def test_a_dearer_cabin_is_paid_by_what_can_pay_for_it(payment: str, said: str | None):
    wish = moved("change_cabin", AHEAD, day=DAY, cabin="business", payment_id=payment)
    assert objected(world(), wish) == said
    flown = moved("change_cabin", FLOWN, day=DAY, cabin="business")
    assert objected(world(FLOWN), flown) == "the cabin stays once a flight was flown"


def test_bags_are_added_only_and_counted_by_membership_and_cabin():
    def bags(total: int, paid: int) -> DraftGoal:
        numbers = {"total_baggages": total, "nonfree_baggages": paid}
        return goal("add_bags", payment_id="credit_card_1", **numbers)

    regular, silver = world(), world(membership="silver")
    assert objected(regular, bags(2, 1)) is None
    assert objected(regular, bags(2, 0)) == "the bags are counted otherwise by now"
    assert objected(silver, bags(2, 0)) is None
    assert objected(regular, bags(0, 0)) == "bags are never taken off"


def test_the_number_of_passengers_stays():
    somebody: JsonValue = {"first_name": "Bob", "last_name": "Two", "dob": "1980-02-02"}
    assert objected(world(), goal("change_passengers", passengers=[somebody])) is None
    two = goal("refused_passengers", passengers=[somebody, somebody])
    assert obstacle(world(), two) is None
    one = goal("refused_passengers", passengers=[somebody])
    assert obstacle(world(), one) == "No rule forbids it"


def test_reservations_of_others_are_spoken_of_with_nobody():
    for goal_type in ("cancel_reservation", "reservation_info", "refused_cancellation"):
        wish = goal(goal_type, reason="plans", fact="total")
        said = objection(world().view, OTHER, [], wish)
        assert said == "the reservation belongs to another customer"


@pytest.mark.parametrize("request_", REQUESTS)
def test_only_what_no_tool_can_do_is_handed_to_a_human(request_: str):
    is_out_of_scope = request_ in {"lost_bag", "pet", "miles"}
    said = objected(world(), goal("human_request", request=request_))
    assert (said is None) is is_out_of_scope


def test_nothing_follows_a_transfer():
    here = world()
    ends = "a transfer ends the conversation"
    for away in (goal("human_request", request="pet"), goal("flown_cancellation", reason="plans")):
        assert objected(here, goal("reservation_info", fact="total"), [away]) == ends
        assert objected(here, away, [away]) == ends


def test_what_was_changed_just_before_is_not_asked_about():
    bags = goal("add_bags", total_baggages=1, nonfree_baggages=0, payment_id="credit_card_1")
    wish = goal("reservation_info", fact="total")
    assert objected(world(), wish, [bags]) == "the reservation was changed just before"
    assert objected(world(), wish, [wish]) == "the same was asked before"
    assert objected(world(), bags, [bags]) == "the same was asked before"


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        ("total", True),
        ("bags", True),
        ("free_bags", True),
        ("flight_status", True),
        ("seat", False),
        ("gate", False),
    ],
)
def test_facts_that_are_not_known_are_no_answer(fact: str, answer: bool):
    assert (obstacle(world(), goal("reservation_info", fact=fact)) is None) is answer


def test_what_was_paid_for_a_cancelled_reservation_is_not_told():
    here = world(status="cancelled")
    assert obstacle(here, goal("reservation_info", fact="total")) == "There is no such fact"
    wish = goal("refused_cancellation", reason="plans")
    assert obstacle(here, wish) == "Reservation is already cancelled"
