"""Drafts drawn under a plan's rules: most keep them, some do not, and nothing else changes."""

from dataclasses import replace

from seawright_environment.core.draft_rules import DraftRules
from seawright_environment.core.drafting import DraftOrder
from seawright_shared.records.plans import Literal_, Rule
from seawright_shared.records.tasks import Draft
from tests.support.synthesis import drafts, order

PENDING = Rule(
    id="pending",
    scope="cancel_pending_order",
    when=[Literal_(feature="order.status", op="!=", value="pending")],
)
NEVER = Rule(
    id="never",
    scope="cancel_pending_order",
    when=[Literal_(feature="goal", op="==", value="cancel_pending_order")],
)


def wanted(*rules: Rule) -> DraftOrder:
    plain = order(200, goals={"cancel_pending_order": 1.0}, num_goals={1: 0.5, 2: 0.5})
    return replace(plain, rules=rules)


def kept(draft: Draft, *rules: Rule) -> bool:
    book = DraftRules.of(rules)
    return not any(
        book.hold_back(goal, position=place, num_goals=len(draft.goals))
        for place, goal in enumerate(draft.goals)
    )


def share(made: list[Draft], *rules: Rule) -> float:
    return sum(kept(draft, *rules) for draft in made) / len(made)


def test_most_drafts_keep_the_rules_and_some_are_left_to_probe_them():
    free, ruled = drafts(wanted()), drafts(wanted(PENDING))
    assert share(free, PENDING) < 0.6
    assert 0.8 < share(ruled, PENDING) < 1.0


def test_without_rules_the_draws_are_what_they_were():
    retired = PENDING.model_copy(update={"status": "retired"})
    soft = PENDING.model_copy(update={"effect": "downweight"})
    assert drafts(wanted()) == drafts(wanted(retired, soft))


def test_drawing_under_rules_is_reproducible():
    assert drafts(wanted(PENDING)) == drafts(wanted(PENDING))


def test_rules_that_leave_nothing_of_a_goal_end_in_free_drafts_not_in_a_fault():
    made = drafts(wanted(NEVER))
    assert len(made) == 200
    assert share(made, NEVER) == 0.0
