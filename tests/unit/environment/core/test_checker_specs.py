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
