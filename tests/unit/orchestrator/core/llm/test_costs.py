from seawright_orchestrator.core.llm.chats import ChatReply, Failure, FailureName
from seawright_orchestrator.core.llm.costs import Ledger, Purse
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.reports import StageUsage

SPEC = LlmSpec(
    base_url="http://localhost/v1",
    model="good",
    dollars_per_million_prompt=2.0,
    dollars_per_million_sampled=10.0,
    max_dollars_per_iteration=0.01,
)
REPLY = ChatReply(content="", num_prompt_tokens=1000, num_sampled_tokens=100)


def test_each_call_costs_what_its_tokens_cost():
    ledger = Ledger(spec=SPEC)
    ledger.count("a", REPLY)
    ledger.count("a", REPLY)
    usage = ledger.taken()["a"]
    assert (usage.num_calls, usage.num_prompt_tokens, usage.num_sampled_tokens) == (2, 2000, 200)
    assert round(usage.dollars, 9) == 0.006


def test_a_cached_call_is_counted_and_costs_nothing():
    ledger = Ledger(spec=SPEC)
    ledger.count("a", ChatReply(content="", num_prompt_tokens=9, is_cached=True))
    usage = ledger.taken()["a"]
    assert (usage.num_calls, usage.num_cached, usage.num_prompt_tokens) == (1, 1, 0)
    assert usage.dollars == 0


def test_what_was_taken_is_not_told_again_but_stays_spent():
    ledger = Ledger(spec=SPEC)
    for _ in range(4):
        ledger.count("a", REPLY)
    ledger.taken()
    assert ledger.taken() == {}
    assert ledger.is_spent


def test_failures_are_counted_by_name():
    ledger = Ledger(spec=SPEC)
    ledger.fail("a", Failure(name=FailureName.REFUSED))
    ledger.fail("a", Failure(name=FailureName.REFUSED))
    ledger.note("a", "misworded")
    assert ledger.taken()["a"].failures == {"misworded": 1, "refused": 2}


def test_without_a_bound_nothing_is_ever_spent():
    ledger = Ledger(spec=SPEC.model_copy(update={"max_dollars_per_iteration": None}))
    for _ in range(100):
        ledger.count("a", REPLY)
    assert not ledger.is_spent


def test_a_runs_budget_is_held_over_all_iterations_and_streams_together():
    spec = SPEC.model_copy(update={"max_dollars_per_iteration": None, "max_dollars_per_run": 0.01})
    purse = Purse(spec=spec)
    streams = [Ledger(spec=spec, purse=purse) for _ in range(2)]
    num_asked = 0
    for _ in range(10):
        for ledger in streams:
            if not ledger.is_spent:
                ledger.count("a", REPLY)
                num_asked += 1
        streams = [Ledger(spec=spec, purse=purse) for _ in streams]
    assert num_asked == 4, "0.003 dollars each: the fourth reaches the bound"
    assert streams[0].why_spent == "the run's budget is spent"


def test_a_runs_tokens_are_bounded_where_they_have_no_price():
    spec = LlmSpec(base_url="http://localhost/v1", model="good", max_tokens_per_run=2000)
    purse = Purse(spec=spec)
    Ledger(spec=spec, purse=purse).count("a", REPLY)
    assert not purse.is_spent
    Ledger(spec=spec, purse=purse).count("a", REPLY)
    assert purse.is_spent


def test_a_purse_of_a_new_process_knows_what_stored_iterations_spent_and_forgets_nothing():
    spec = SPEC.model_copy(update={"max_dollars_per_run": 0.01})
    usage = {"a": StageUsage(num_prompt_tokens=10, dollars=0.02)}
    purse = Purse(spec=spec)
    purse.know([usage])
    assert purse.is_spent
    purse.know([])
    assert purse.is_spent
