"""Laws of leaks: what a right agent has to find out is not told by the customer."""

import pytest

from seawright_environment.core.leaks import ANSWER, ID, leak
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_shared.records.checkers import SaidItem
from seawright_shared.records.tasks import Draft
from tests.support.synthesis import AUTHOR, check, drafts, order, shop


def asked(fact: str, reference: str) -> Draft:
    """Return a draft of one question that can be answered."""
    goals = {"order_info": 1.0}
    for draft in drafts(order(600, seed=5, goals=goals, num_goals={1: 1.0})):
        candidate = Candidate(draft=draft, base=shop(), author=AUTHOR)
        is_it = draft.goals[0].arguments["fact"] == fact
        if is_it and draft.disclosure == "upfront" and candidate.refusal is None:
            return draft.model_copy(update={"reference": reference})
    raise LookupError


def test_who_calls_an_order_by_its_status_may_not_ask_for_its_status():
    outcome = check(asked("status", "status"))
    assert outcome.task is None
    assert ANSWER in outcome.verdicts[-1].failure_class or "several orders" in (
        outcome.verdicts[-1].failure_class
    )
    candidate = Candidate(draft=asked("status", "status"), base=shop(), author=AUTHOR)
    assert leak(candidate.draft, [], candidate.composition) == ANSWER


@pytest.mark.parametrize("reference", ["id", "item"])
def test_who_calls_it_otherwise_may(reference: str):
    candidate = Candidate(draft=asked("status", reference), base=shop(), author=AUTHOR)
    assert leak(candidate.draft, [], candidate.composition) is None


def test_an_amount_is_a_leak_however_it_is_written():
    candidate = Candidate(draft=asked("total", "id"), base=shop(), author=AUTHOR)
    composition = candidate.composition
    assert leak(candidate.draft, [], composition) is None
    cents = next(item.cents for item in composition.said if item.cents is not None)
    for amount in (f"${cents / 100:.2f}", f"{cents / 100:,.2f} dollars"):
        scenario = composition.scenario.model_copy(
            update={"opening": f"{composition.scenario.opening} Was it {amount}?"}
        )
        assert leak(candidate.draft, [], _with(composition, scenario)) == ANSWER


def test_ids_are_told_only_by_those_who_speak_in_ids():
    goals = {"cancel_pending_order": 1.0}
    seen: set[str] = set()
    for draft in drafts(order(800, seed=6, goals=goals, num_goals={1: 1.0})):
        candidate = Candidate(draft=draft, base=shop(), author=AUTHOR)
        if candidate.refusal is not None:
            continue
        calls = AUTHOR.calls_of(draft.goals[0])
        assert leak(draft, calls, candidate.composition) is None
        scenario = candidate.composition.scenario
        named = f"{scenario.opening} I mean {draft.goals[0].arguments['order_id']}."
        spoilt = _with(candidate.composition, scenario.model_copy(update={"opening": named}))
        wanted = None if draft.reference == "id" else ID
        assert leak(draft, calls, spoilt) == wanted
        seen.add(draft.reference)
    assert seen == {"id", "item", "status"}


def test_what_is_said_to_refuse_is_no_answer():
    candidate = Candidate(draft=asked("status", "id"), base=shop(), author=AUTHOR)
    refusing = SaidItem(any_of=["cannot", "status"])
    composition = candidate.composition
    said = type(composition)(
        scenario=composition.scenario,
        solution=composition.solution,
        called=composition.called,
        said=[refusing],
    )
    assert leak(candidate.draft, [], said) is None


def _with(composition, scenario):
    return type(composition)(
        scenario=scenario,
        solution=composition.solution,
        called=composition.called,
        said=composition.said,
    )
