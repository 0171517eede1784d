"""Small airlines for the tests: generated ones, and one that is read as tau2-bench's own is."""

from copy import deepcopy
from functools import lru_cache
from typing import Any, cast

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.airline.content import AIRLINE
from seawright_environment.domains.airline.seed import generate_tables
from seawright_environment.domains.airline.state import import_tables

DOB = "1990-01-01"
NAMES = ("Ada", "Bob", "Cleo", "Dan", "Eve")


@lru_cache(maxsize=4)
def generated(seed: int = 1, num_customers: int = 60, *, is_exact: bool = False) -> Base:
    """Return a generated airline; an exact one has tau2-bench's defects."""
    database = Database(
        name=f"airline/{seed}/{num_customers}",
        tables=generate_tables(seed, num_customers),
        has_text_hash=False,
        is_exact=is_exact,
    )
    return Base(content=AIRLINE, database=database)


def opened(*, is_exact: bool, **changes: Any) -> World:
    """Return a world on a few flights, one user and one reservation."""
    tables = deepcopy(_TABLES)
    for table, entities in changes.items():
        for key, entity in entities.items():
            tables[table].setdefault(key, {}).update(entity)
    database = Database(
        name="small", tables=import_tables(tables), has_text_hash=is_exact, is_exact=is_exact
    )
    return World.open(Base(content=AIRLINE, database=database))


def call(world: World, tool: str, **arguments: Any) -> Any:
    """Call a tool as the agent."""
    return world.call("assistant", tool, arguments)


def done(world: World, tool: str, **arguments: Any) -> Any:
    """Carry a request out and return the reservation then."""
    result = call(world, tool, **arguments)
    assert not result.error, result.content
    reservations = cast("dict[str, Any]", world.view["reservations"])
    return reservations[arguments.get("reservation_id") or list(reservations)[-1]]


def refused(world: World, tool: str, **arguments: Any) -> str:
    """Return why a call is refused, which then changed nothing."""
    before = world.diff()
    result = call(world, tool, **arguments)
    assert result.error, result.content
    assert world.diff() == before
    return result.content.removeprefix("Error: ")


def flight(number: str, date: str = "2024-05-20") -> dict[str, str]:
    """Return a flight as an argument."""
    return {"flight_number": number, "date": date}


def passengers(num: int) -> list[dict[str, str]]:
    """Return passengers as an argument."""
    return [{"first_name": name, "last_name": "Lee", "dob": DOB} for name in NAMES[:num]]


def payment(payment_id: str, amount: Any) -> dict[str, Any]:
    """Return a payment as an argument."""
    return {"payment_id": payment_id, "amount": amount}


def booking(**changes: Any) -> dict[str, Any]:
    """Return the arguments of a booking that is made: 2 x 150 and 2 x 30 dollars."""
    return {
        "user_id": "ada_lee_1234",
        "origin": "AUS",
        "destination": "PDX",
        "flight_type": "one_way",
        "cabin": "economy",
        "flights": [flight("SWR001")],
        "passengers": passengers(2),
        "payment_methods": [payment("gift_card_1", 200), payment("credit_card_1", 160)],
        "total_baggages": 2,
        "nonfree_baggages": 0,
        "insurance": "yes",
        **changes,
    }


def seats(world: World, number: str, cabin: str, date: str = "2024-05-20") -> int:
    """Return the seats that are left."""
    flights = cast("Any", world.view["flights"])
    return flights[number]["dates"][date]["available_seats"][cabin]


def holds(world: World, payment_id: str) -> float:
    """Return the dollars that a method of the user holds."""
    return cast("Any", world.view["users"])["ada_lee_1234"]["payment_methods"][payment_id]["amount"]


def _day(economy: int) -> dict[str, Any]:
    return {
        "status": "available",
        "available_seats": {"basic_economy": 0, "economy": 4, "business": 3},
        "prices": {"basic_economy": 60, "economy": economy, "business": 400},
    }


def _flight(number: str, origin: str, destination: str, times: str, economy: int) -> dict[str, Any]:
    leaves, lands = times.split()
    return {
        "flight_number": number,
        "origin": origin,
        "destination": destination,
        "scheduled_departure_time_est": leaves,
        "scheduled_arrival_time_est": lands,
        "dates": {
            "2024-05-07": {"status": "landed"},
            "2024-05-08": _day(economy),
            "2024-05-09": _day(economy),
            "2024-05-20": _day(economy),
            "2024-05-21": _day(economy),
            "2024-05-22": {"status": "cancelled"},
        },
    }


_METHODS = {
    "credit_card_1": {
        "source": "credit_card",
        "id": "credit_card_1",
        "brand": "visa",
        "last_four": "1111",
    },
    "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "amount": 250},
    "certificate_1": {"source": "certificate", "id": "certificate_1", "amount": 100},
}
_TABLES: dict[str, Any] = {
    "flights": {
        "SWR001": _flight("SWR001", "AUS", "PDX", "10:00:00 13:00:00", 150),
        "SWR002": _flight("SWR002", "AUS", "PDX", "22:00:00 02:00:00+1", 180),
        "SWR003": _flight("SWR003", "PDX", "SAT", "02:00:00 06:00:00", 120),
        "SWR005": _flight("SWR005", "PDX", "SAT", "03:00:00 07:00:00", 125),
        "SWR004": _flight("SWR004", "PDX", "SAT", "13:00:00 16:00:00", 130),
    },
    "users": {
        "ada_lee_1234": {
            "user_id": "ada_lee_1234",
            "name": {"first_name": "Ada", "last_name": "Lee"},
            "address": {
                "address1": "1 Road",
                "address2": None,
                "city": "Akron",
                "country": "USA",
                "state": "OH",
                "zip": "44301",
            },
            "email": "ada@example.com",
            "dob": DOB,
            "payment_methods": _METHODS,
            "saved_passengers": [],
            "membership": "gold",
            "reservations": ["R00001"],
        }
    },
    "reservations": {
        "R00001": {
            "reservation_id": "R00001",
            "user_id": "ada_lee_1234",
            "origin": "AUS",
            "destination": "PDX",
            "flight_type": "one_way",
            "cabin": "economy",
            "flights": [
                {
                    "flight_number": "SWR001",
                    "origin": "AUS",
                    "destination": "PDX",
                    "date": "2024-05-20",
                    "price": 140,
                }
            ],
            "passengers": passengers(2),
            "payment_history": [
                {"payment_id": "gift_card_1", "amount": 80},
                {"payment_id": "credit_card_1", "amount": 200},
            ],
            "created_at": "2024-05-10T10:00:00",
            "total_baggages": 2,
            "nonfree_baggages": 0,
            "insurance": "no",
        }
    },
}
