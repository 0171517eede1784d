"""Bookings: what is taken, what is refused, and what tau2-bench does otherwise."""

from typing import Any

import pytest

from tests.unit.environment.domains.airline.airlines import (
    booking,
    call,
    done,
    flight,
    holds,
    opened,
    passengers,
    payment,
    refused,
    seats,
)

BOOK = "book_reservation"


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_booking_takes_the_money_and_the_seats(is_exact: bool):
    world = opened(is_exact=is_exact)
    made = done(world, BOOK, **booking())
    assert made["payment_history"] == booking()["payment_methods"]
    assert [each["price"] for each in made["flights"]] == [150]
    assert (made["created_at"], made["status"]) == ("2024-05-15T15:00:00", None)
    assert holds(world, "gift_card_1") == 50.0
    assert seats(world, "SWR001", "economy") == 2
    user: Any = world.view["users"]["ada_lee_1234"]
    assert user["reservations"] == ["R00001", made["reservation_id"]]


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_certificate_goes_whole(is_exact: bool):
    world = opened(is_exact=is_exact)
    payments = [payment("certificate_1", 60), payment("credit_card_1", 300)]
    done(world, BOOK, **booking(payment_methods=payments))
    user: Any = world.view["users"]["ada_lee_1234"]
    assert "certificate_1" not in user["payment_methods"]


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"user_id": "nobody"}, "User nobody not found"),
        ({"flights": [flight("SWR009")]}, "Flight SWR009 not found"),
        (
            {"flights": [flight("SWR001", "2024-06-20")]},
            "Flight SWR001 not found on date 2024-06-20",
        ),
        (
            {"flights": [flight("SWR001", "2024-05-22")]},
            "Flight SWR001 not available on date 2024-05-22",
        ),
        ({"passengers": passengers(5)}, "Not enough seats on flight SWR001"),
        (
            {"payment_methods": [payment("gift_card_9", 360)]},
            "Payment method gift_card_9 not found",
        ),
        (
            {"payment_methods": [payment("gift_card_1", 360)]},
            "Not enough balance in payment method gift_card_1",
        ),
        (
            {"payment_methods": [payment("credit_card_1", 359)]},
            "Payment amount does not add up, total price is 360, but paid 359",
        ),
    ],
)
def test_a_booking_that_cannot_be_made_is_refused(
    is_exact: bool, changes: dict[str, Any], why: str
):
    assert refused(opened(is_exact=is_exact), BOOK, **booking(**changes)) == why


TWICE = [payment("gift_card_1", 180), payment("gift_card_1", 180)]
SAME_CERTIFICATE = [
    payment("gift_card_1", 200),
    payment("certificate_1", 80),
    payment("certificate_1", 80),
]


def test_one_gift_card_cannot_pay_twice_what_it_holds_once():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    done(exact, BOOK, **booking(payment_methods=TWICE))
    assert holds(exact, "gift_card_1") == -110.0
    why = refused(corrected, BOOK, **booking(payment_methods=TWICE))
    assert why == "Not enough balance in payment method gift_card_1"


def test_one_certificate_cannot_pay_twice():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    result = call(exact, BOOK, **booking(payment_methods=SAME_CERTIFICATE))
    assert result.content == "Error: 'certificate_1'"
    assert holds(exact, "gift_card_1") == 50.0, "tau2-bench keeps what it changed before it failed"
    why = refused(corrected, BOOK, **booking(payment_methods=SAME_CERTIFICATE))
    assert why == "Certificate certificate_1 can be used only once"


def test_an_exact_airline_takes_three_bookings_and_a_corrected_one_any_number():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    one = booking(passengers=passengers(1), payment_methods=[payment("credit_card_1", 180)])
    for _ in range(3):
        done(exact, BOOK, **one)
    assert refused(exact, BOOK, **one) == "Too many reservations"
    made = {done(corrected, BOOK, **one)["reservation_id"] for _ in range(4)}
    assert len(made) == 4


def test_the_id_of_a_new_reservation_does_not_depend_on_what_was_booked_before():
    early = booking(passengers=passengers(1), payment_methods=[payment("credit_card_1", 180)])
    late = {**early, "flights": [flight("SWR001", "2024-05-21")]}
    one, other = opened(is_exact=False), opened(is_exact=False)
    ids = [done(one, BOOK, **each)["reservation_id"] for each in (early, late)]
    assert [done(other, BOOK, **each)["reservation_id"] for each in (late, early)] == ids[::-1]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"passengers": []}, "passengers should not be empty"),
        ({"flights": []}, "flights should not be empty"),
        ({"flights": "SWR001"}, "flights should be a list of objects"),
        ({"flights": [flight("SWR001")] * 2}, "Flight SWR001 is named twice on date 2024-05-20"),
        ({"payment_methods": []}, "payment_methods should not be empty"),
        ({"total_baggages": -1}, "total_baggages should be at least 0, not -1"),
        ({"total_baggages": "2"}, "total_baggages should be a whole number, not '2'"),
        ({"nonfree_baggages": True}, "nonfree_baggages should be a whole number, not True"),
        ({"nonfree_baggages": -1}, "nonfree_baggages should be at least 0, not -1"),
        ({"nonfree_baggages": 3}, "nonfree_baggages should be at most total_baggages"),
        (
            {"payment_methods": [payment("credit_card_1", 460), payment("gift_card_1", -100)]},
            "amount should be at least 1, not -100",
        ),
        (
            {"payment_methods": [payment("credit_card_1", "360")]},
            "amount should be a whole number, not '360'",
        ),
        (
            {"cabin": "first"},
            "cabin should be one of business, economy, basic_economy, not 'first'",
        ),
        ({"insurance": None}, "insurance should be one of yes, no, not None"),
        ({"flight_type": ["a"]}, "flight_type should be one of round_trip, one_way, not ['a']"),
    ],
)
def test_a_corrected_booking_looks_at_its_arguments(changes: dict[str, Any], why: str):
    assert refused(opened(is_exact=False), BOOK, **booking(**changes)) == why


def test_tau2_bench_books_nobody_with_bags_below_zero_and_negative_payments():
    world = opened(is_exact=True)
    payments = [payment("gift_card_1", -50)]
    made = done(
        world,
        BOOK,
        **booking(passengers=[], nonfree_baggages=-1, payment_methods=payments),
    )
    assert (made["passengers"], made["nonfree_baggages"]) == ([], -1)
    assert holds(world, "gift_card_1") == 300.0
