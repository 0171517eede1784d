"""Laws of the carrier's tools on generated data: what is owed, suspended, added and carried over."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.telecom.content import TELECOM
from seawright_environment.domains.telecom.seed import generate_tables
from seawright_environment.domains.telecom.state import TODAY
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import ToolResult
from seawright_shared.records.tasks import EnvironmentCall

BASE = Base(
    content=TELECOM,
    database=Database(name="carrier", tables=generate_tables(3, 200), has_text_hash=False),
)
TABLES: Any = BASE.database.tables
LINES = [(key, line) for key, line in TABLES["lines"].items()]


def owner_of(line_id: str) -> str:
    return next(key for key, who in TABLES["customers"].items() if line_id in who["line_ids"])


def owes(customer_id: str) -> bool:
    bills = TABLES["customers"][customer_id]["bill_ids"]
    return any(TABLES["bills"][key]["status"] == "Overdue" for key in bills)


def is_ended(line: Any) -> bool:
    return line["contract_end_date"] < TODAY


def line_where(status: str, *, is_owing: bool = False, has_ended: bool = False) -> tuple[str, str]:
    """Return customer and line of one such line."""
    for key, line in LINES:
        customer = owner_of(key)
        if (line["status"], owes(customer), is_ended(line)) == (status, is_owing, has_ended):
            return customer, key
    raise AssertionError(f"there is no {status} line")


def do(world: World, name: str, customer_id: str, line_id: str, **more: Any) -> ToolResult:
    return world.call("assistant", name, {"customer_id": customer_id, "line_id": line_id, **more})


def phone_of(line_id: str) -> World:
    """Return a world whose user holds the phone of this line."""
    number = TABLES["lines"][line_id]["phone_number"]
    who = {"name": "A Customer", "phone_number": number}
    call = EnvironmentCall(requestor="user", name="set_user_info", arguments=who)
    return World.open(BASE, calls=[call])


def test_a_line_is_resumed_once_the_bill_is_paid_and_the_contract_runs():
    customer, line = line_where("Suspended", is_owing=True)
    world = World.open(BASE)
    assert "overdue bill" in do(world, "resume_line", customer, line).content
    assert world.diff() == []
    customer, line = line_where("Suspended", has_ended=True)
    assert "contract" in do(world, "resume_line", customer, line).content
    assert world.diff() == []


def test_a_paid_bill_lets_the_line_be_resumed_and_the_phone_learns_of_it():
    customer, line = line_where("Suspended", is_owing=True)
    world = phone_of(line)
    overdue = [
        key
        for key in TABLES["customers"][customer]["bill_ids"]
        if TABLES["bills"][key]["status"] == "Overdue"
    ]
    for bill in overdue:
        asked = {"customer_id": customer, "bill_id": bill}
        assert not world.call("assistant", "send_payment_request", asked).error
        assert bill in world.call("user", "check_payment_request", {}).content
        assert not world.call("user", "make_payment", {}).error
        assert world.view["bills"][bill]["status"] == "Paid"
    surroundings: Any = world.view["user"]["surroundings"]
    assert surroundings["line_active"] is False
    assert not do(world, "resume_line", customer, line).error
    surroundings = world.view["user"]["surroundings"]
    assert surroundings["line_active"] is True


def test_two_bills_do_not_await_payment_at_once():
    customer = next(
        key
        for key, who in TABLES["customers"].items()
        if sum(TABLES["bills"][bill]["status"] == "Overdue" for bill in who["bill_ids"]) == 2
    )
    world = World.open(BASE)
    answers = [
        world.call("assistant", "send_payment_request", {"customer_id": customer, "bill_id": bill})
        for bill in TABLES["customers"][customer]["bill_ids"]
        if TABLES["bills"][bill]["status"] == "Overdue"
    ]
    assert [answer.error for answer in answers] == [False, True]


@pytest.mark.parametrize("wrong", [0, -1, 2.01, True, "1", None])
def test_more_than_two_gigabytes_and_what_is_no_amount_are_refused(wrong: Any):
    customer, line = line_where("Active")
    world = World.open(BASE)
    assert do(world, "refuel_data", customer, line, gb_amount=wrong).error
    assert world.diff() == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 2.0).map(lambda amount: round(amount, 1)), max_size=4))
def test_added_data_is_charged_by_the_plans_rate_and_never_exceeds_the_cycles_most(
    amounts: list[float],
):
    customer, line = line_where("Active")
    world, added = World.open(BASE), 0.0
    before: Any = {key: bill["total_due"] for key, bill in TABLES["bills"].items()}
    for amount in amounts:
        result = do(world, "refuel_data", customer, line, gb_amount=amount)
        assert result.error == (added + amount > 2.0)
        added += 0.0 if result.error else amount
    state: Any = world.view
    assert state["lines"][line]["data_refueling_gb"] == pytest.approx(added)
    bills: Any = [state["bills"][key] for key in state["customers"][customer]["bill_ids"]]
    charged = sum(bill["total_due"] - before.get(bill["bill_id"], 0.0) for bill in bills)
    plan = state["plans"][state["lines"][line]["plan_id"]]
    assert charged == pytest.approx(added * plan["data_refueling_price_per_gb"], abs=0.02)


def test_a_line_of_somebody_else_is_not_touched():
    customer, _ = line_where("Active")
    other, line = next(
        (owner_of(key), key)
        for key, found in LINES
        if found["status"] == "Active" and owner_of(key) != customer
    )
    assert other != customer
    world = World.open(BASE)
    for name, more in (
        ("suspend_line", {"reason": "lost"}),
        ("resume_line", {}),
        ("enable_roaming", {}),
        ("refuel_data", {"gb_amount": 1.0}),
    ):
        assert do(world, name, customer, line, **more).error
    assert world.diff() == []


def test_roaming_that_is_on_already_writes_nothing():
    key, line = next((key, line) for key, line in LINES if line["roaming_enabled"])
    world = World.open(BASE)
    result = do(world, "enable_roaming", owner_of(key), key)
    assert not result.error
    assert "already" in result.content
    assert world.diff() == []
    assert line["roaming_enabled"] is True


@pytest.mark.parametrize("status", ["Paid", "Draft"])
def test_only_a_bill_that_is_due_can_be_asked_for(status: str):
    awaiting = {
        bill["customer_id"]
        for bill in TABLES["bills"].values()
        if bill["status"] == "Awaiting Payment"
    }
    key, bill = next(
        (key, bill)
        for key, bill in TABLES["bills"].items()
        if bill["status"] == status and bill["customer_id"] not in awaiting
    )
    world = World.open(BASE)
    asked = {"customer_id": bill["customer_id"], "bill_id": key}
    assert world.call("assistant", "send_payment_request", asked).error
    assert world.diff() == []


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "2", None])
def test_a_limit_of_bills_is_a_whole_number_from_one(limit: Any):
    customer = next(iter(TABLES["customers"]))
    asked = {"customer_id": customer, "limit": limit}
    assert World.open(BASE).call("assistant", "get_bills_for_customer", asked).error


@pytest.mark.parametrize("wrong", [-0.1, True, "much", None])
def test_a_corrected_start_takes_amounts_only(wrong: Any):
    customer, line = line_where("Active")
    arguments = {"customer_id": customer, "line_id": line, "data_used_gb": wrong}
    call = EnvironmentCall(requestor="assistant", name="set_data_usage", arguments=arguments)
    with pytest.raises(InvalidRequestError, match="number from 0"):
        World.open(BASE, calls=[call])
