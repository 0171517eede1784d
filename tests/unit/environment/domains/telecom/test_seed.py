"""Laws of generated carriers: reproducible, consistent, alike at every size, nobody else's."""

from collections import Counter
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains.telecom.content import TELECOM
from seawright_environment.domains.telecom.people import FIRST_NAMES, LAST_NAMES
from seawright_environment.domains.telecom.seed import generate_tables
from seawright_environment.domains.telecom.seed_numbers import NUM_PEOPLE, NUM_PHONES, Numbers
from seawright_environment.domains.telecom.state import NOW, TODAY, import_tables
from tests.support.tau2_vectors import needs_vectors, tau2_base

LARGEST = 1_000_000
SEEDS = st.integers(-(10**9), 10**9)
FEW = settings(max_examples=12, deadline=None)
OWNED = ("customers", "lines", "bills", "devices")


def carrier(seed: int, num_customers: int) -> Any:
    return generate_tables(seed, num_customers)


@FEW
@given(SEEDS, st.integers(0, 30), st.integers(0, LARGEST))
def test_a_carrier_is_the_beginning_of_every_larger_one(seed: int, small: int, large: int):
    one, other = carrier(seed, small), carrier(seed, max(small, large))
    assert one["plans"] == other["plans"]
    for table in OWNED:
        assert dict(one[table]) == {key: other[table][key] for key in one[table]}


@given(SEEDS, st.integers(0, LARGEST - 1))
def test_every_id_and_number_leads_back_to_its_owner(seed: int, customer: int):
    numbers = Numbers(seed)
    who = numbers.identity(customer)
    assert numbers.customer_ids.index_of(numbers.customer_ids.id_of(customer)) == customer
    name = f"{who.full_name.lower()}\n{who.birthday}"
    assert list(numbers.by_name_birthday(name)) == [customer]
    assert customer in numbers.customer_by_phone(numbers.contact_phone(customer))
    for line in numbers.lines.records(customer):
        assert list(numbers.line_by_phone(numbers.line_phone(line))) == [line]
        assert list(numbers.customer_by_line(numbers.line_ids.id_of(line))) == [customer]
    for bill in numbers.bills.records(customer):
        assert numbers.bill_ids.index_of(numbers.bill_ids.id_of(bill)) == bill
        assert numbers.bills.owner(bill) == customer


def test_the_largest_carrier_has_names_and_numbers_enough():
    assert NUM_PEOPLE >= LARGEST
    assert Numbers(0).lines.first(LARGEST) <= NUM_PHONES


@given(
    st.text(max_size=10)
    | st.from_regex(r"[CLDBP][0-9]{3,9}", fullmatch=True)
    | st.from_regex(r"[0-9]{3}-[0-9]{3}-[0-9]{4}", fullmatch=True)
)
def test_what_is_no_id_is_in_no_table(text: str):
    for table in _SMALL.values():
        assert (text in table) == (text in set(table))


_SMALL = carrier(5, 20)


@FEW
@given(SEEDS)
def test_every_reference_leads_somewhere_and_every_amount_adds_up(seed: int):
    tables = carrier(seed, 25)
    customers = tables["customers"]
    for field, table in (("line_ids", "lines"), ("bill_ids", "bills")):
        assert [key for each in customers.values() for key in each[field]] == list(tables[table])
    assert [line["device_id"] for line in tables["lines"].values()] == list(tables["devices"])
    for bill in tables["bills"].values():
        assert bill["bill_id"] in customers[bill["customer_id"]]["bill_ids"]
        items = sum(item["amount"] for item in bill["line_items"])
        assert abs(items - bill["total_due"]) < 0.005
        assert bill["period_start"] < bill["period_end"]
    for line in tables["lines"].values():
        assert line["plan_id"] in tables["plans"]


@FEW
@given(SEEDS)
def test_what_a_line_and_a_bill_tell_fits_the_present(seed: int):
    tables = carrier(seed, 40)
    for line in tables["lines"].values():
        is_suspended = line["status"] == "Suspended"
        assert (line["suspension_start_date"] is not None) == is_suspended
        if line["status"] == "Active":
            assert line["contract_end_date"] > TODAY
    for bill in tables["bills"].values():
        if bill["status"] == "Overdue":
            assert bill["due_date"] < TODAY
        if bill["status"] == "Issued":
            assert bill["due_date"] > TODAY
        if bill["status"] == "Draft":
            assert bill["period_start"] > TODAY
    for customer in tables["customers"].values():
        assert customer["created_at"] < NOW
        drafts = [key for key in customer["bill_ids"] if tables["bills"][key]["status"] == "Draft"]
        assert drafts == customer["bill_ids"][-1:] or not drafts


def test_every_state_that_the_policy_speaks_of_occurs():
    tables = carrier(1, 600)
    statuses = {
        "lines": {"Active", "Suspended", "Pending Activation", "Closed"},
        "bills": {"Paid", "Issued", "Overdue", "Disputed", "Awaiting Payment", "Draft"},
    }
    for table, wanted in statuses.items():
        counts = Counter(each["status"] for each in tables[table].values())
        assert counts.keys() == wanted
        assert min(counts.values()) >= 5
    used_up = ended = 0
    for line in tables["lines"].values():
        used_up += line["data_used_gb"] > tables["plans"][line["plan_id"]]["data_limit_gb"]
        ended += line["contract_end_date"] < TODAY
    assert used_up > 50
    assert ended > 20


@FEW
@given(SEEDS)
def test_a_generated_carrier_has_the_fields_of_an_imported_one(seed: int):
    tables = carrier(seed, 8)
    lists = {name: list(table.values()) for name, table in tables.items() if name != "user"}
    imported = import_tables({**lists, "user": dict(tables["user"])})
    for name, entities in lists.items():
        assert list(imported[name].values()) == entities
        assert [list(each) for each in imported[name].values()] == [list(each) for each in entities]


@needs_vectors
def test_nothing_of_tau2_benchs_content_is_in_a_generated_carrier():
    peer, tables = cast("Any", tau2_base("telecom").database.tables), carrier(1, 300)
    for name in ("plans", *OWNED):
        assert not set(peer[name]) & set(tables[name])
    names = {word for each in peer["customers"].values() for word in each["full_name"].split()}
    assert not names & {*FIRST_NAMES, *LAST_NAMES}
    for field in ("name", "price_per_month"):
        of_peer = {plan[field] for plan in peer["plans"].values()}
        assert not of_peer & {plan[field] for plan in tables["plans"].values()}
    phones = {line["phone_number"] for line in peer["lines"].values()}
    assert not phones & {line["phone_number"] for line in tables["lines"].values()}


def shares(tables: Any, indices: range) -> dict[str, float]:
    """Return how often each value occurs among some customers, their lines and their bills."""
    counts = Counter[str]()
    for index in indices:
        customer = tables["customers"][tables["customers"].id_at(index)]
        counts[f"lines {len(customer['line_ids'])}"] += 1
        counts[f"bills {len(customer['bill_ids'])}"] += 1
        counts[f"account {customer['account_status']}"] += 1
        counts[f"methods {len(customer['payment_methods'])}"] += 1
        for key in customer["line_ids"][:1]:
            line = tables["lines"][key]
            counts[f"line {line['status']}"] += 1
            counts[f"roaming {line['roaming_enabled']}"] += 1
            counts[f"plan {line['plan_id']}"] += 1
        for key in customer["bill_ids"][-1:]:
            counts[f"bill {tables['bills'][key]['status']}"] += 1
    return {key: count / len(indices) for key, count in counts.items()}


def test_values_are_distributed_alike_at_every_size():
    num = 800
    largest = carrier(8, LARGEST)
    first = shares(largest, range(num))
    others = [
        shares(largest, range(LARGEST - num, LARGEST)),
        shares(carrier(9, num), range(num)),
        shares(carrier(10, 20_000), range(20_000 - num, 20_000)),
    ]
    # Five standard deviations of the difference of two shares.
    allowed = 5 * (2 * 0.25 / num) ** 0.5
    for other in others:
        for key in first.keys() | other.keys():
            assert abs(first.get(key, 0.0) - other.get(key, 0.0)) < allowed, key


def test_opening_the_largest_carrier_makes_nobody():
    tables = carrier(6, LARGEST)
    database = Database(name="test", tables=tables, has_text_hash=False)
    world = World.open(Base(content=TELECOM, database=database))
    customer_id = tables["customers"].id_at(LARGEST // 2)
    arguments = {"customer_id": customer_id}
    assert not world.call("assistant", "get_customer_by_id", arguments).error
    assert [tables[name].num_kept for name in OWNED] == [1, 0, 0, 0]
