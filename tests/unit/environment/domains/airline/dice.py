"""Calls that hypothesis throws at an airline: most of them sensible, many wrong in one place."""

import random
from typing import Any, cast

from hypothesis import strategies as st

from seawright_environment.core.world import World
from tests.unit.environment.domains.airline.airlines import passengers, payment

WRONG = (None, "", "x", 0, -1, 1.5, True, [], {}, ["a"], {"a": 1}, "gift_card_0000000", "1")
NUM_USERS = 3
Throw = tuple[int, int, int, int]


def _mixed(seed: int) -> Throw:
    """Return four even numbers from one that hypothesis likes small."""
    rng = random.Random(seed)
    return (rng.getrandbits(32), rng.getrandbits(32), rng.getrandbits(32), rng.getrandbits(32))


DICE = st.lists(st.integers(0, 2**20).map(_mixed), min_size=1, max_size=14)
Call = tuple[str, dict[str, Any]]


def thrown(world: World, dice: Throw) -> Call:
    """Return the call that a throw means in the world as it is now."""
    which, first, second, third = dice
    make = _CALLS[which % len(_CALLS)]
    name, arguments = make(world, first, second)
    if third % 4 == 0 and arguments:
        key = sorted(arguments)[third // 4 % len(arguments)]
        arguments[key] = WRONG[third // 64 % len(WRONG)]
    return name, arguments


def _user(world: World, first: int) -> Any:
    ids = world.state.table("users").ids()
    return world.view["users"][ids[first % NUM_USERS]]


def _reservation(world: World, first: int) -> Any:
    user = _user(world, first)
    ids = user["reservations"] or list(world.view["reservations"].ids()[:1])
    return world.view["reservations"][ids[first // NUM_USERS % len(ids)]]


def _flights(world: World, second: int, num: int) -> list[dict[str, str]]:
    """Return flights of the days after, which mostly can be booked."""
    ids = world.state.table("flights").ids()
    return [
        {
            "flight_number": ids[(second + 7 * leg) % 20],
            "date": f"2024-05-{14 + (second // 300 + leg) % 17:02d}",
        }
        for leg in range(num)
    ]


def _method(user: Any, second: int) -> str:
    methods = list(user["payment_methods"])
    return methods[second % len(methods)]


def _number(value: Any) -> int:
    """Return a number of bags; tau2-bench's tools leave other things there too."""
    return value if type(value) is int else 0


def _book(world: World, first: int, second: int) -> Call:
    user, num = _user(world, first), 1 + first // 8 % 3
    cabin = ("economy", "business", "basic_economy")[first // 32 % 3]
    flights = _flights(world, second, 1 + first // 128 % 2)
    num_paid = first // 512 % 2
    price = 30 * num + 50 * num_paid
    for each in flights:
        day = cast("Any", world.view["flights"])[each["flight_number"]]["dates"][each["date"]]
        price += num * day.get("prices", {}).get(cabin, 100)
    one, other = _method(user, second), _method(user, second // 8)
    part = min(price - 1, 1 + second // 64 % 250)
    payments = [payment(one, part), payment(other, price - part)]
    return "book_reservation", {
        "user_id": user["user_id"],
        "origin": "PDX",
        "destination": "SAT",
        "flight_type": "one_way",
        "cabin": cabin,
        "flights": flights,
        "passengers": passengers(num),
        "payment_methods": payments if second % 2 else [payment(one, price)],
        "total_baggages": num_paid + second % 2,
        "nonfree_baggages": num_paid,
        "insurance": "yes",
    }


def _cancel(world: World, first: int, second: int) -> Call:
    del second
    return "cancel_reservation", {"reservation_id": _reservation(world, first)["reservation_id"]}


def _change_flights(world: World, first: int, second: int) -> Call:
    reservation = _reservation(world, first)
    user = cast("Any", world.view["users"])[reservation["user_id"]]
    kept = [
        {"flight_number": each["flight_number"], "date": each["date"]}
        for each in reservation["flights"]
    ]
    return "update_reservation_flights", {
        "reservation_id": reservation["reservation_id"],
        "cabin": ("economy", "business", "basic_economy", reservation["cabin"])[second % 4],
        "flights": [*kept[: second // 4 % 3], *_flights(world, second // 16, 1 + second % 2)],
        "payment_id": _method(user, second // 32),
    }


def _change_bags(world: World, first: int, second: int) -> Call:
    reservation = _reservation(world, first)
    user = cast("Any", world.view["users"])[reservation["user_id"]]
    return "update_reservation_baggages", {
        "reservation_id": reservation["reservation_id"],
        "total_baggages": _number(reservation["total_baggages"]) + second % 4 - 1,
        "nonfree_baggages": _number(reservation["nonfree_baggages"]) + second // 4 % 3,
        "payment_id": _method(user, second // 16),
    }


def _change_passengers(world: World, first: int, second: int) -> Call:
    reservation = _reservation(world, first)
    num = len(reservation["passengers"]) + (second % 4 == 0)
    return "update_reservation_passengers", {
        "reservation_id": reservation["reservation_id"],
        "passengers": passengers(num),
    }


def _certificate(world: World, first: int, second: int) -> Call:
    user = _user(world, first)
    return "send_certificate", {"user_id": user["user_id"], "amount": second % 200 - 20}


def _read(world: World, first: int, second: int) -> Call:
    user, reservation = _user(world, first), _reservation(world, first)
    route = {"origin": "PDX", "destination": "SAT", "date": f"2024-05-{second % 33:02d}"}
    reads: list[Call] = [
        ("get_user_details", {"user_id": user["user_id"]}),
        ("get_reservation_details", {"reservation_id": reservation["reservation_id"]}),
        ("get_flight_status", _flights(world, second, 1)[0]),
        ("search_direct_flight", route),
        ("search_onestop_flight", route),
        ("list_all_airports", {}),
        ("calculate", {"expression": "3 * (120 + 30)"}),
        ("transfer_to_human_agents", {"summary": "wants a person"}),
    ]
    return reads[second // 40 % len(reads)]


_CALLS = (
    _book,
    _book,
    _cancel,
    _change_flights,
    _change_flights,
    _change_bags,
    _change_passengers,
    _certificate,
    _read,
    _read,
)
