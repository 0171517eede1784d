"""Laws of generated airlines: reproducible, consistent, alike at every size, nobody else's."""

import datetime
import re
import time
from collections import Counter
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.airline.airports import AIRPORTS
from seawright_environment.domains.airline.content import AIRLINE
from seawright_environment.domains.airline.people import FIRST_NAMES, LAST_NAMES, STREETS, TOWNS
from seawright_environment.domains.airline.seed import generate_tables
from seawright_environment.domains.airline.seed_census import NUM_PEOPLE, Census
from seawright_environment.domains.airline.seed_network import HOURS, PRICES, network_of
from seawright_environment.domains.airline.seed_users import MAX_METHODS, NUM_METHOD_IDS, Users
from seawright_environment.domains.airline.state import NOW, import_tables
from tests.support.tau2_vectors import needs_vectors, tau2_base
from tests.unit.environment.domains.airline.test_laws import paid_for, price_of

LARGEST = 1_000_000
SEEDS = st.integers(-(10**9), 10**9)
FEW = settings(max_examples=15, deadline=None)


def airline(seed: int, num_customers: int) -> Any:
    return generate_tables(seed, num_customers)


@FEW
@given(SEEDS, st.integers(0, 30), st.integers(0, LARGEST))
def test_an_airline_is_the_beginning_of_every_larger_one(seed: int, small: int, large: int):
    one, other = airline(seed, small), airline(seed, max(small, large))
    for key in ("SWR001", "SWR150", "SWR300"):
        assert one["flights"][key] == other["flights"][key]
    for table in ("users", "reservations"):
        assert dict(one[table]) == {key: other[table][key] for key in one[table]}


@given(SEEDS, st.integers(0, LARGEST - 1))
def test_every_user_and_reservation_is_known_by_its_id(seed: int, index: int):
    users = Users.of(seed)
    assert users.census.by_user_id(users.census.identity(index).user_id) == index
    for number in users.ledger.records(index):
        assert users.ledger.owner(number) == index
        assert users.by_reservation_id(users.reservation_id(number)) == number


@given(SEEDS, st.integers(0, LARGEST - 2))
def test_who_comes_after_the_last_user_is_not_there(seed: int, index: int):
    tables, users = airline(seed, index + 1), Users.of(seed)
    assert users.census.identity(index + 1).user_id not in tables["users"]
    after = users.ledger.first(index + 1)
    assert users.reservation_id(after) not in tables["reservations"]


@given(
    st.text(max_size=10)
    | st.from_regex(r"[a-z]{3,6}_[a-z]{3,6}_[0-9]{4}", fullmatch=True)
    | st.from_regex(r"[0-9A-Z]{6}", fullmatch=True)
    | st.from_regex(r"SWR[0-9]{3}", fullmatch=True)
)
def test_what_is_no_id_is_in_no_table(text: str):
    tables = _SMALL
    for table in tables.values():
        assert (text in table) == (text in set(table))


_SMALL = airline(5, 30)


def test_the_largest_airline_has_names_and_numbers_enough():
    assert NUM_PEOPLE >= LARGEST
    assert NUM_METHOD_IDS >= LARGEST * MAX_METHODS


@FEW
@given(SEEDS)
def test_every_reference_leads_somewhere_and_every_amount_adds_up(seed: int):
    tables = airline(seed, 25)
    held = [key for user in tables["users"].values() for key in user["reservations"]]
    assert held == list(tables["reservations"])
    for reservation in tables["reservations"].values():
        user = tables["users"][reservation["user_id"]]
        assert reservation["reservation_id"] in user["reservations"]
        assert paid_for(reservation) == price_of(reservation)
        for entry in reservation["payment_history"]:
            known = entry["payment_id"] in user["payment_methods"]
            assert known or entry["payment_id"].startswith("certificate_")
        assert 1 <= len(reservation["passengers"]) <= 5
        assert reservation["nonfree_baggages"] <= reservation["total_baggages"]


@FEW
@given(SEEDS)
def test_the_flights_of_a_reservation_lead_there_and_back_after_it_was_made(seed: int):
    tables = airline(seed, 25)
    for reservation in tables["reservations"].values():
        legs = reservation["flights"]
        ends = [legs[0]["origin"], *(leg["destination"] for leg in legs)]
        for leg, here in zip(legs, ends, strict=False):
            flight = tables["flights"][leg["flight_number"]]
            assert (leg["origin"], here) == (here, flight["origin"])
            assert leg["destination"] == flight["destination"]
            low, high = PRICES[reservation["cabin"]]
            assert low <= leg["price"] <= high
            assert leg["date"] in flight["dates"]
        assert reservation["origin"] == ends[0]
        is_round = reservation["flight_type"] == "round_trip"
        assert (ends[-1] == ends[0]) == is_round
        assert reservation["destination"] in ends[1:]
        dates = [leg["date"] for leg in legs]
        assert dates == sorted(dates)
        assert reservation["created_at"][:10] < dates[0]
        assert reservation["created_at"] < NOW


@FEW
@given(SEEDS)
def test_a_flights_status_fits_its_date_and_the_moment(seed: int):
    now, flights = datetime.datetime.fromisoformat(NOW), airline(seed, 1)["flights"]
    for flight in map(flights.__getitem__, list(flights)[::9]):
        for date, day in flight["dates"].items():
            leaves = datetime.datetime.fromisoformat(
                f"{date}T{flight['scheduled_departure_time_est']}"
            )
            if day["status"] in {"landed", "flying"}:
                assert datetime.datetime.fromisoformat(day["actual_departure_time_est"]) <= now
            if day["status"] == "landed":
                assert datetime.datetime.fromisoformat(day["actual_arrival_time_est"]) <= now
            if day["status"] in {"on time", "delayed"}:
                assert datetime.datetime.fromisoformat(day["estimated_departure_time_est"]) >= now
            if day["status"] == "available":
                assert leaves.date() > now.date()
                assert day["available_seats"].keys() == day["prices"].keys() == PRICES.keys()


def test_every_status_occurs():
    days = [
        day["status"]
        for each in airline(1, 1)["flights"].values()
        for day in each["dates"].values()
    ]
    counts = Counter(days)
    assert counts.keys() == {"available", "landed", "cancelled", "delayed", "on time", "flying"}
    assert min(counts.values()) > 15
    ahead = [
        day["status"]
        for each in airline(1, 1)["flights"].values()
        for date, day in each["dates"].items()
        if date > NOW[:10]
    ]
    assert 20 < ahead.count("cancelled") < 300, "the airline also cancels flights that are ahead"


@given(SEEDS)
def test_every_airport_is_reached_and_left(seed: int):
    network = network_of(seed)
    codes = {airport.iata for airport in AIRPORTS}
    assert {leg.origin for leg in network.legs} == codes
    assert {leg.destination for leg in network.legs} == codes
    assert all(leg.hours in HOURS for leg in network.legs)


@FEW
@given(SEEDS)
def test_a_generated_airline_has_the_fields_of_an_imported_one(seed: int):
    whole = airline(seed, 8)
    tables = {**whole, "flights": {key: whole["flights"][key] for key in ("SWR001", "SWR300")}}
    imported = import_tables(tables)
    for name, entities in tables.items():
        for key, entity in entities.items():
            assert imported[name][key] == entity
            assert list(imported[name][key]) == list(entity)


def test_ids_look_like_tau2_benchs():
    tables = airline(3, 50)
    forms = {"flights": r"[A-Z]{3}\d{3}", "users": r"[a-z]+_[a-z]+_\d{4}", "reservations": r"\w{6}"}
    for name, form in forms.items():
        assert all(re.fullmatch(form, key) for key in tables[name])
    methods = [key for user in tables["users"].values() for key in user["payment_methods"]]
    assert all(re.fullmatch(r"(credit_card|certificate|gift_card)_\d{7}", key) for key in methods)
    assert len(set(methods)) == len(methods)


def test_everybody_has_a_method_that_can_pay_for_a_change():
    for user in airline(4, 300)["users"].values():
        sources = {method["source"] for method in user["payment_methods"].values()}
        assert sources & {"credit_card", "gift_card"}


@needs_vectors
def test_nothing_of_tau2_benchs_content_is_in_a_generated_airline():
    peer, tables = cast("Any", tau2_base("airline").database.tables), airline(1, 500)
    for name in ("flights", "users", "reservations"):
        assert not peer[name].keys() & set(tables[name])
    users = list(peer["users"].values())
    assert not {user["name"]["first_name"] for user in users} & set(FIRST_NAMES)
    assert not {user["name"]["last_name"] for user in users} & set(LAST_NAMES)
    assert not {user["address"]["city"] for user in users} & {town.name for town in TOWNS}
    assert not {user["address"]["address1"][4:] for user in users} & set(STREETS)
    routes = {each["origin"] for each in peer["flights"].values()}
    assert not routes & {airport.iata for airport in AIRPORTS}


def shares(tables: Any, indices: range) -> dict[str, float]:
    """Return how often each value occurs among some users and their first reservations."""
    counts = Counter[str]()
    for index in indices:
        user = tables["users"][tables["users"].id_at(index)]
        counts[f"membership {user['membership']}"] += 1
        counts[f"reservations {min(len(user['reservations']), 6)}"] += 1
        counts[f"methods {min(len(user['payment_methods']), 5)}"] += 1
        counts[f"name {user['name']['last_name'][0] < 'K'}"] += 1
        for source in {method["source"] for method in user["payment_methods"].values()}:
            counts[f"has {source}"] += 1
        for key in user["reservations"][:1]:
            reservation = tables["reservations"][key]
            counts[f"cabin {reservation['cabin']}"] += 1
            counts[f"type {reservation['flight_type']}"] += 1
            counts[f"insurance {reservation['insurance']}"] += 1
            counts[f"passengers {len(reservation['passengers'])}"] += 1
            counts[f"flights {len(reservation['flights'])}"] += 1
            counts[f"status {reservation['status']}"] += 1
            counts[f"paid bags {reservation['nonfree_baggages'] > 0}"] += 1
            counts[f"recent {reservation['created_at'] > '2024-05-14T15:00:00'}"] += 1
            counts[f"ahead {reservation['flights'][0]['date'] > NOW[:10]}"] += 1
            counts[f"dear {paid_for(reservation) > 800}"] += 1
    return {key: count / len(indices) for key, count in counts.items()}


def test_values_are_distributed_alike_at_every_size():
    num = 1000
    largest = airline(8, LARGEST)
    first = shares(largest, range(num))
    others = [
        shares(largest, range(LARGEST - num, LARGEST)),
        shares(largest, range(LARGEST // 3, LARGEST // 3 + num)),
        shares(airline(9, num), range(num)),
        shares(airline(10, 20_000), range(20_000 - num, 20_000)),
    ]
    # Five standard deviations of the difference of two shares.
    allowed = 5 * (2 * 0.25 / num) ** 0.5
    for other in others:
        assert first.keys() == other.keys()
        assert max(abs(first[key] - other[key]) for key in first) < allowed


def test_shares_are_near_tau2_benchs():
    found = shares(airline(2, 2000), range(2000))
    num = sum(share for key, share in found.items() if key.startswith("cabin"))
    wanted = {
        "membership silver": 0.364,
        "membership gold": 0.35,
        "cabin economy": 0.338 * num,
        "cabin business": 0.338 * num,
        "insurance yes": 0.5 * num,
        "type round_trip": 0.478 * num,
        "passengers 1": 0.46 * num,
    }
    for key, share in wanted.items():
        assert abs(found[key] - share) < 0.055, key


def test_opening_the_largest_airline_makes_nobody():
    tables = airline(6, LARGEST)
    database = Database(name="test", tables=tables, has_text_hash=False)
    world = World.open(Base(content=AIRLINE, database=database))
    assert len(world.view["users"].ids()) == LARGEST
    user_id = tables["users"].id_at(LARGEST // 2)
    assert not world.call("assistant", "get_user_details", {"user_id": user_id}).error
    assert [tables[name].num_kept for name in ("flights", "users", "reservations")] == [0, 1, 0]


def seconds(num_customers: int) -> float:
    """Return what opening airlines and reading the last user and his reservations costs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for seed in range(40):
            tables = airline(seed, num_customers)
            user = tables["users"][tables["users"].id_at(num_customers - 1)]
            for key in user["reservations"]:
                assert tables["reservations"][key]["user_id"] == user["user_id"]
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.slow
def test_size_costs_nothing():
    assert seconds(LARGEST) < 2 * seconds(10)


@pytest.mark.parametrize("wrong", [None, 5, 1.5, True, ""])
def test_what_is_not_even_a_text_is_no_user(wrong: Any):
    database = Database(name="test", tables=_SMALL, has_text_hash=False)
    world = World.open(Base(content=AIRLINE, database=database))
    told = world.call("assistant", "get_user_details", {"user_id": wrong}).content
    assert told == f"Error: User {wrong} not found"


def test_another_seed_gives_other_users():
    assert Census(1).identity(0) != Census(2).identity(0)
    assert dict(airline(1, 3)["users"]) != dict(airline(2, 3)["users"])
