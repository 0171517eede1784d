"""Searches: direct flights, one stop, and the day after."""

import json
from typing import Any

import pytest

from tests.unit.environment.domains.airline.airlines import call, opened

DIRECT, ONE_STOP = "search_direct_flight", "search_onestop_flight"


def found(world: Any, tool: str, origin: Any, destination: Any, date: Any) -> Any:
    result = call(world, tool, origin=origin, destination=destination, date=date)
    assert not result.error, result.content
    return json.loads(result.content)


def pairs(world: Any, date: str) -> list[tuple[str, str, str]]:
    return [
        (first["flight_number"], second["flight_number"], second["date"])
        for first, second in found(world, ONE_STOP, "AUS", "SAT", date)
    ]


@pytest.mark.parametrize("is_exact", [True, False])
def test_only_flights_that_can_be_booked_are_found(is_exact: bool):
    world = opened(is_exact=is_exact)
    on_sale = found(world, DIRECT, "AUS", "PDX", "2024-05-20")
    assert [each["flight_number"] for each in on_sale] == ["SWR001", "SWR002"]
    assert found(world, DIRECT, "AUS", "PDX", "2024-05-22") == []
    assert found(world, DIRECT, "AUS", "SAT", "2024-05-20") == []
    assert found(world, DIRECT, "AUS", "PDX", "tomorrow") == []


def test_a_direct_flight_tells_its_date_and_by_tau2_bench_none():
    for is_exact, date in ((True, None), (False, "2024-05-20")):
        world = opened(is_exact=is_exact)
        assert found(world, DIRECT, "AUS", "PDX", "2024-05-20")[0]["date"] == date


def test_a_missing_airport_is_none_and_to_tau2_bench_any():
    assert len(found(opened(is_exact=True), DIRECT, None, "PDX", "2024-05-20")) == 2
    assert found(opened(is_exact=False), DIRECT, None, "PDX", "2024-05-20") == []
    assert found(opened(is_exact=False), ONE_STOP, "AUS", None, "2024-05-20") == []
    assert found(opened(is_exact=False), DIRECT, {"iata": "AUS"}, "PDX", "2024-05-20") == []


@pytest.mark.parametrize("is_exact", [True, False])
def test_the_second_flight_leaves_no_earlier_than_the_first_arrives(is_exact: bool):
    found_pairs = pairs(opened(is_exact=is_exact), "2024-05-20")
    assert ("SWR001", "SWR004", "2024-05-20") in found_pairs
    assert ("SWR002", "SWR005", "2024-05-21") in found_pairs
    assert not [pair for pair in found_pairs if pair[:2] == ("SWR001", "SWR005")]


def test_the_day_after_the_eighth_is_the_ninth_and_to_tau2_bench_no_day():
    late = ("SWR002", "SWR005", "2024-05-09")
    assert late in pairs(opened(is_exact=False), "2024-05-08")
    assert [pair[0] for pair in pairs(opened(is_exact=True), "2024-05-08")] == ["SWR001"]


def test_a_flight_that_leaves_as_another_arrives_after_midnight_is_reached():
    late = ("SWR002", "SWR003", "2024-05-21")
    assert late in pairs(opened(is_exact=False), "2024-05-20")
    assert late not in pairs(opened(is_exact=True), "2024-05-20")
