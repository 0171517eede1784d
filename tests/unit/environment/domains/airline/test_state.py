"""What is read of tau2-bench's file: its models' defaults and conversions, and no more."""

from typing import Any

from seawright_environment.domains.airline.state import import_tables

METHODS: dict[str, Any] = {
    "gift_card_1": {"amount": 7, "id": "gift_card_1", "source": "gift_card"},
    "credit_card_1": {"last_four": "1", "brand": "visa", "id": "c", "source": "credit_card"},
}


def imported(**tables: Any) -> Any:
    empty: dict[str, Any] = {"flights": {}, "users": {}, "reservations": {}}
    return import_tables({**empty, **tables})


def test_a_reservation_that_tells_no_status_is_not_cancelled():
    tables = imported(reservations={"A": {"reservation_id": "A"}, "B": {"status": "cancelled"}})
    assert tables["reservations"] == {
        "A": {"reservation_id": "A", "status": None},
        "B": {"status": "cancelled"},
    }


def test_amounts_become_floats_and_fields_stand_in_their_declared_order():
    (user,) = imported(users={"u": {"payment_methods": METHODS, "user_id": "u"}})["users"].values()
    assert list(user) == ["user_id", "payment_methods"]
    card = user["payment_methods"]["gift_card_1"]
    assert (list(card), repr(card["amount"])) == (["source", "id", "amount"], "7.0")
    assert "amount" not in user["payment_methods"]["credit_card_1"]


def test_a_file_that_lacks_a_part_is_read_without_it():
    flight: dict[str, Any] = {"flight_number": "F", "dates": {"2024-05-01": {"status": "landed"}}}
    user: dict[str, Any] = {"user_id": "u", "address": None, "saved_passengers": ["somebody"]}
    tables = imported(flights={"F": flight}, users={"u": user})
    assert tables["flights"]["F"] == flight
    assert tables["users"]["u"] == user
