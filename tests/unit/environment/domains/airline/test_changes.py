"""Changes and cancellations: money, seats, and what tau2-bench does otherwise."""

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

CANCEL, BAGS = "cancel_reservation", "update_reservation_baggages"
FLIGHTS, PASSENGERS = "update_reservation_flights", "update_reservation_passengers"
OLD = "R00001"


def flights(**changes: Any) -> dict[str, Any]:
    """Return the arguments of a change to the later flight, 40 dollars dearer for each of two."""
    return {
        "reservation_id": OLD,
        "cabin": "economy",
        "flights": [flight("SWR002")],
        "payment_id": "gift_card_1",
        **changes,
    }


def bags(total: Any, paid: Any, payment_id: str = "gift_card_1") -> dict[str, Any]:
    """Return the arguments of a change of bags."""
    return {
        "reservation_id": OLD,
        "total_baggages": total,
        "nonfree_baggages": paid,
        "payment_id": payment_id,
    }


def history(reservation: Any) -> list[tuple[str, int]]:
    return [(each["payment_id"], each["amount"]) for each in reservation["payment_history"]]


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_cancellation_notes_the_refunds(is_exact: bool):
    cancelled = done(opened(is_exact=is_exact), CANCEL, reservation_id=OLD)
    assert cancelled["status"] == "cancelled"
    assert history(cancelled)[2:] == [("gift_card_1", -80), ("credit_card_1", -200)]


def test_a_second_cancellation_is_refused_and_by_tau2_bench_refunds_the_refunds():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    done(exact, CANCEL, reservation_id=OLD)
    assert len(history(done(exact, CANCEL, reservation_id=OLD))) == 8
    done(corrected, CANCEL, reservation_id=OLD)
    why = refused(corrected, CANCEL, reservation_id=OLD)
    assert why == "Reservation R00001 is already cancelled"


def test_a_cancelled_reservation_cannot_be_changed():
    world = opened(is_exact=False)
    done(world, CANCEL, reservation_id=OLD)
    why = "Reservation R00001 is already cancelled"
    assert refused(world, FLIGHTS, **flights()) == why
    assert refused(world, BAGS, **bags(3, 1)) == why
    assert refused(world, PASSENGERS, reservation_id=OLD, passengers=passengers(2)) == why


def test_a_cancellation_credits_the_gift_card_and_frees_the_seats():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    done(exact, CANCEL, reservation_id=OLD)
    assert (holds(exact, "gift_card_1"), seats(exact, "SWR001", "economy")) == (250.0, 4)
    done(corrected, CANCEL, reservation_id=OLD)
    assert (holds(corrected, "gift_card_1"), seats(corrected, "SWR001", "economy")) == (330.0, 6)


def test_a_cancellation_gives_a_used_certificate_back_with_what_it_paid():
    world = opened(is_exact=False)
    payments = [payment("certificate_1", 60), payment("credit_card_1", 300)]
    made = done(world, "book_reservation", **booking(payment_methods=payments))
    done(world, CANCEL, reservation_id=made["reservation_id"])
    assert holds(world, "certificate_1") == 60.0


def test_a_cancellation_refunds_no_more_than_was_paid_in_all():
    cheaper = [{"flight_number": "SWR001", "date": "2024-05-20", "price": 200}]
    held = cheaper[0] | {"origin": "AUS", "destination": "PDX"}
    world = opened(is_exact=False, reservations={OLD: {"flights": [held]}})
    moved = done(world, FLIGHTS, **flights(payment_id="credit_card_1"))
    assert history(moved)[2:] == [("credit_card_1", -40)]
    cancelled = done(world, CANCEL, reservation_id=OLD)
    assert sum(amount for _, amount in history(cancelled)) == 0


def test_a_flight_that_was_flown_has_no_seats_to_free():
    flown = {
        "flight_number": "SWR001",
        "origin": "AUS",
        "destination": "PDX",
        "date": "2024-05-07",
        "price": 140,
    }
    world = opened(is_exact=False, reservations={OLD: {"flights": [flown]}})
    done(world, CANCEL, reservation_id=OLD)
    assert not [each for each in world.diff() if each.path[0] == "flights"]


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_change_of_flights_settles_the_difference(is_exact: bool):
    world = opened(is_exact=is_exact)
    changed = done(world, FLIGHTS, **flights())
    assert history(changed)[2:] == [("gift_card_1", 80)]
    assert holds(world, "gift_card_1") == 170.0
    assert changed["flights"][0]["price"] == 180


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_kept_flight_keeps_its_price_and_another_cabin_has_todays(is_exact: bool):
    world = opened(is_exact=is_exact)
    kept = done(world, FLIGHTS, **flights(flights=[flight("SWR001")]))
    assert (kept["flights"][0]["price"], len(history(kept))) == (140, 2)
    dearer = flights(cabin="business", flights=[flight("SWR001")], payment_id="credit_card_1")
    assert done(world, FLIGHTS, **dearer)["flights"][0]["price"] == 400


def test_a_change_of_flights_moves_the_seats_and_tau2_bench_moves_none():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    for world in (exact, corrected):
        done(world, FLIGHTS, **flights())
    assert (seats(exact, "SWR001", "economy"), seats(exact, "SWR002", "economy")) == (4, 4)
    assert (seats(corrected, "SWR001", "economy"), seats(corrected, "SWR002", "economy")) == (6, 2)


def test_a_change_of_cabin_moves_the_seats_from_one_to_the_other():
    world = opened(is_exact=False)
    dearer = flights(cabin="business", flights=[flight("SWR001")], payment_id="credit_card_1")
    done(world, FLIGHTS, **dearer)
    assert (seats(world, "SWR001", "economy"), seats(world, "SWR001", "business")) == (6, 1)


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_certificate_pays_no_change_and_a_gift_card_only_what_it_holds(is_exact: bool):
    world = opened(is_exact=is_exact)
    why = refused(world, FLIGHTS, **flights(payment_id="certificate_1"))
    assert why == "Certificate cannot be used to update reservation"
    dearer = flights(cabin="business", flights=[flight("SWR001")])
    assert refused(world, FLIGHTS, **dearer) == "Gift card balance is not enough"
    assert refused(world, BAGS, **bags(3, 1, "paypal_1")) == "Payment method not found"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"flights": []}, "flights should not be empty"),
        ({"flights": [flight("SWR002")] * 2}, "Flight SWR002 is named twice on date 2024-05-20"),
        ({"flights": ["SWR002"]}, "flights should be a list of objects"),
        (
            {"cabin": "first"},
            "cabin should be one of business, economy, basic_economy, not 'first'",
        ),
    ],
)
def test_a_corrected_change_of_flights_looks_at_its_arguments(changes: dict[str, Any], why: str):
    assert refused(opened(is_exact=False), FLIGHTS, **flights(**changes)) == why


def test_tau2_bench_refunds_everything_for_no_flights():
    world = opened(is_exact=True)
    emptied = done(world, FLIGHTS, **flights(flights=[], cabin="moon"))
    assert (emptied["flights"], emptied["cabin"]) == ([], "moon")
    assert holds(world, "gift_card_1") == 530.0


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_bag_more_that_is_not_free_costs_fifty_dollars(is_exact: bool):
    world = opened(is_exact=is_exact)
    changed = done(world, BAGS, **bags(4, 2))
    assert history(changed)[2:] == [("gift_card_1", 100)]
    assert (changed["total_baggages"], changed["nonfree_baggages"]) == (4, 2)


@pytest.mark.parametrize(
    ("total", "paid", "why"),
    [
        (1, 0, "Checked bags can be added, not removed"),
        (4, 5, "nonfree_baggages should be at most total_baggages"),
        (-1, 0, "total_baggages should be at least 0, not -1"),
        ("3", 1, "total_baggages should be a whole number, not '3'"),
        (3, 0.5, "nonfree_baggages should be a whole number, not 0.5"),
    ],
)
def test_corrected_bags_are_whole_and_only_added(total: Any, paid: Any, why: str):
    assert refused(opened(is_exact=False), BAGS, **bags(total, paid)) == why


def test_a_paid_bag_stays_paid():
    world = opened(is_exact=False)
    done(world, BAGS, **bags(3, 1))
    assert refused(world, BAGS, **bags(3, 0)) == "Checked bags can be added, not removed"


def test_tau2_bench_keeps_bags_as_they_were_given():
    changed = done(opened(is_exact=True), BAGS, **bags("many", -3))
    assert (changed["total_baggages"], changed["nonfree_baggages"]) == ("many", -3)


def test_tau2_bench_charges_a_gift_card_for_half_a_bag_before_it_refuses():
    world = opened(is_exact=True)
    world.call("assistant", BAGS, bags(3, 0.125))
    assert holds(world, "gift_card_1") == 243.75


@pytest.mark.parametrize("is_exact", [True, False])
def test_other_passengers_are_as_many_as_before(is_exact: bool):
    world = opened(is_exact=is_exact)
    new = [{**each, "last_name": "Ng", "seat": "1A"} for each in passengers(2)]
    changed = done(world, PASSENGERS, reservation_id=OLD, passengers=new)
    assert [set(each) for each in changed["passengers"]] == [{"first_name", "last_name", "dob"}] * 2
    why = refused(world, PASSENGERS, reservation_id=OLD, passengers=passengers(3))
    assert why == "Number of passengers does not match"


def test_tau2_bench_takes_any_two_things_for_two_passengers():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    taken = done(exact, PASSENGERS, reservation_id=OLD, passengers=["a", 1])
    assert taken["passengers"] == ["a", 1]
    why = refused(corrected, PASSENGERS, reservation_id=OLD, passengers=["a", 1])
    assert why == "passengers should be a list of objects"


def certificate(world: Any, amount: Any) -> Any:
    return call(world, "send_certificate", user_id="ada_lee_1234", amount=amount)


def test_a_certificate_is_added_to_the_user():
    for is_exact in (True, False):
        world = opened(is_exact=is_exact)
        told = certificate(world, 150).content
        assert told.endswith("added to user ada_lee_1234 with amount 150.")
        assert holds(world, told.split()[1]) == 150.0


def test_tau2_bench_gives_three_certificates_and_a_corrected_airline_any_number():
    exact, corrected = opened(is_exact=True), opened(is_exact=False)
    for number in range(4):
        assert certificate(exact, 50).error == (number == 3)
        assert not certificate(corrected, 50).error
    user: Any = corrected.view["users"]["ada_lee_1234"]
    assert len(user["payment_methods"]) == 7


@pytest.mark.parametrize("amount", [0, -5, 99.5, "100", True, None])
def test_a_corrected_certificate_has_a_whole_positive_amount(amount: Any):
    why = refused(opened(is_exact=False), "send_certificate", user_id="ada_lee_1234", amount=amount)
    assert why.startswith("amount should be")


def test_tau2_bench_sends_certificates_below_zero():
    assert not certificate(opened(is_exact=True), -5).error
