"""Laws of the airline, whatever is called: nothing is lost, made, or changed unasked."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given, settings

from seawright_environment.core.world import World
from seawright_environment.domains.airline.bookings import BAG_PRICE, INSURANCE_PRICE
from seawright_environment.domains.airline.content import AIRLINE
from tests.unit.environment.domains.airline.airlines import generated
from tests.unit.environment.domains.airline.dice import DICE, NUM_USERS, Throw, thrown

EXAMPLES = settings(max_examples=100, deadline=None)


def play(world: World, dice: Sequence[Throw]) -> list[Any]:
    """Throw the dice and return the answers."""
    played: list[Any] = []
    for throw in dice:
        name, arguments = thrown(world, throw)
        played.append((name, arguments, world.call("assistant", name, arguments)))
    return played


@EXAMPLES
@given(DICE)
def test_a_read_or_refused_call_changes_nothing_in_a_generated_airline(dice: Sequence[Throw]):
    world = World.open(generated())
    for throw in dice:
        name, arguments = thrown(world, throw)
        before = world.state_hash()
        result = world.call("assistant", name, arguments)
        if result.error or not AIRLINE.is_write(name):
            assert world.state_hash() == before, (name, arguments)


@EXAMPLES
@given(DICE)
def test_a_read_changes_nothing_in_an_exact_airline(dice: Sequence[Throw]):
    world = World.open(generated(is_exact=True))
    for throw in dice:
        name, arguments = thrown(world, throw)
        before = world.diff()
        world.call("assistant", name, arguments)
        if not AIRLINE.is_write(name):
            assert world.diff() == before, (name, arguments)


@EXAMPLES
@given(DICE)
def test_the_same_calls_give_the_same_answers_and_the_same_state(dice: Sequence[Throw]):
    one, other = World.open(generated()), World.open(generated())
    for name, arguments, result in play(one, dice):
        again = other.call("assistant", name, arguments)
        assert (again.content, again.error) == (result.content, result.error)
    assert one.state_hash() == other.state_hash()
    assert one.diff() == other.diff()


def price_of(reservation: Any) -> int:
    """Return what the reservation costs as it is."""
    if reservation["status"] == "cancelled":
        return 0
    each = sum(flight["price"] for flight in reservation["flights"])
    each += INSURANCE_PRICE * (reservation["insurance"] == "yes")
    return len(reservation["passengers"]) * each + BAG_PRICE * reservation["nonfree_baggages"]


def paid_for(reservation: Any) -> int:
    return sum(entry["amount"] for entry in reservation["payment_history"])


def gift_cards(world: World, users: Sequence[str]) -> Counter[str]:
    """Return what every gift card holds and has paid: together what it was worth."""
    found = Counter[str]()
    for user_id in users:
        user = cast("Any", world.view["users"])[user_id]
        for key, method in user["payment_methods"].items():
            if method["source"] == "gift_card":
                found[key] += method["amount"]
        for reservation_id in user["reservations"]:
            reservation = cast("Any", world.view["reservations"])[reservation_id]
            for entry in reservation["payment_history"]:
                if entry["payment_id"].startswith("gift_card"):
                    found[entry["payment_id"]] += entry["amount"]
    return found


@EXAMPLES
@given(DICE)
def test_what_was_paid_is_the_price_of_what_is_held(dice: Sequence[Throw]):
    world = World.open(generated())
    users = list(world.state.table("users").ids()[:NUM_USERS])
    before = gift_cards(world, users)
    play(world, dice)
    for reservation_id in world.state.overlay["reservations"]:
        reservation = cast("Any", world.view["reservations"])[reservation_id]
        assert paid_for(reservation) == price_of(reservation)
    assert gift_cards(world, users) == before
    for user_id in users:
        user = cast("Any", world.view["users"])[user_id]
        assert all(each.get("amount", 0) >= 0 for each in user["payment_methods"].values())


def taken(world: World, reservations: Sequence[str]) -> Counter[tuple[str, str, str]]:
    """Return the seats that reservations hold on flights that can still be booked."""
    found = Counter[tuple[str, str, str]]()
    for reservation_id in reservations:
        reservation = cast("Any", world.view["reservations"]).get(reservation_id)
        if reservation is None or reservation["status"] == "cancelled":
            continue
        for each in reservation["flights"]:
            number, date = each["flight_number"], each["date"]
            if free(world, number, date):
                found[number, date, reservation["cabin"]] += len(reservation["passengers"])
    return found


def free(world: World, number: str, date: str) -> dict[str, int]:
    day = cast("Any", world.view["flights"])[number]["dates"][date]
    return day.get("available_seats", {})


@EXAMPLES
@given(DICE)
def test_seats_are_neither_made_nor_lost(dice: Sequence[Throw]):
    world, fresh = World.open(generated()), World.open(generated())
    play(world, dice)
    touched = list(world.state.overlay["reservations"])
    before, after = taken(fresh, touched), taken(world, touched)
    for number, date, cabin in before | after:
        left = free(world, number, date)[cabin]
        assert left >= 0
        place = (number, date, cabin)
        assert left + after[place] == free(fresh, number, date)[cabin] + before[place]


@pytest.mark.parametrize("is_exact", [True, False])
def test_the_dice_reach_every_tool_and_every_way_to_end(is_exact: bool):
    rng, ends = random.Random(7), Counter[tuple[str, bool]]()
    for _ in range(120):
        world = World.open(generated(is_exact=is_exact))
        dice = [tuple(rng.randrange(2**32) for _ in range(4)) for _ in range(6)]
        for name, _, result in play(world, cast("Any", dice)):
            ends[name, result.error] += 1
    writes = {name for name, tool in AIRLINE.toolkit.tools.items() if tool.kind == "write"}
    assert {name for name, error in ends if not error} == set(AIRLINE.toolkit.tools)
    assert {(name, True) for name in writes} <= set(ends)
