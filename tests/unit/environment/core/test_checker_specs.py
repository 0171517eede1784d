"""A compiled checker asks for what gold changed: lists as multisets, but where order tells."""

from seawright_environment.core.checker_specs import Manners, compile_spec
from seawright_environment.domains import DOMAINS
from seawright_shared.records.tasks import PatchOp

OLD = PatchOp(path=["orders", "#W1", "exchange_items"], op="set", value=["1", "2"])
NEW = PatchOp(path=["orders", "#W1", "exchange_new_items"], op="set", value=["8", "7"])
RETURNED = PatchOp(path=["orders", "#W1", "return_items"], op="set", value=["1", "2"])


def test_who_becomes_what_in_an_exchange_is_told_by_the_order_of_two_lists():
    spec = compile_spec(
        [OLD, NEW, RETURNED],
        outcome="fulfil",
        called=[],
        said=[],
        transfer_tool="transfer_to_human_agents",
        manners=Manners(ordered_fields=DOMAINS["retail"].ordered_fields),
    )
    assert [goal.compare for goal in spec.goals] == ["exact", "exact", "unordered"]


def confirmed(manners: Manners) -> tuple[bool, list[str]]:
    spec = compile_spec(
        [OLD], outcome="fulfil", called=[], said=[], transfer_tool="away", manners=manners
    )
    return spec.confirmed_before_writes, spec.confirmed_writes


def test_a_domain_says_which_writes_need_a_yes_and_how_customers_are_found():
    assert confirmed(Manners()) == (True, [])
    assert confirmed(Manners(confirmed=["refuel_data"])) == (True, ["refuel_data"])
    assert confirmed(Manners(confirmed=None)) == (False, [])
    found = compile_spec(
        [],
        outcome="transfer",
        called=[],
        said=[],
        transfer_tool="away",
        manners=Manners(identify="get_customer_by_*"),
    )
    assert [item.first for item in found.before] == ["get_customer_by_*"] * 2


def test_a_spec_that_names_no_writes_reads_as_it_did_before_there_were_such_names():
    spec = compile_spec([], outcome="info", called=[], said=[], transfer_tool="away")
    assert "confirmed_writes" not in spec.model_dump(mode="json")
