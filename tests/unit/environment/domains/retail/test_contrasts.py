"""Laws of the shop's contrast pairs: one wording, two states, two right outcomes."""

import itertools
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from seawright_environment.core.checker import judge
from seawright_environment.core.replay import Replay
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.world import World
from seawright_shared.records.tasks import Draft, Task
from tests.support.synthesis import AUTHOR, check, drafts, order, shop


@lru_cache(maxsize=1)
def halves() -> list[tuple[Draft, Draft]]:
    """Return all pairs of 600 drafts, granted first."""
    made = drafts(replace(order(600, seed=31, num_goals={1: 1.0}), contrast_rate=1.0))
    paired = [draft for draft in made if draft.pair]
    return [(one, other) for one, other in itertools.pairwise(paired) if one.pair == other.pair]


@lru_cache(maxsize=1)
def pairs() -> list[tuple[Task, Task]]:
    """Return those pairs whose halves are both tasks."""
    checked = [(check(one).task, check(other).task) for one, other in halves()]
    return [(one, other) for one, other in checked if one is not None and other is not None]


def playing(of: Task, on: Task) -> Replay:
    start = World.open(shop(), on.initial_patch, on.initial_calls)
    return play(start, gold_script(of).messages())


def test_both_halves_pass_the_cascade_or_neither_does():
    checked = [(check(one).task, check(other).task) for one, other in halves()]
    assert all((one is None) == (other is None) for one, other in checked)
    assert len(pairs()) >= 100


def test_the_halves_of_a_pair_say_the_same_words_and_end_differently():
    for granted, refused in pairs():
        assert granted.pair == refused.pair is not None
        assert granted.scenario.opening == refused.scenario.opening
        assert [wish.text for wish in granted.scenario.wishes] == [
            wish.text for wish in refused.scenario.wishes
        ]
        assert granted.scenario.facts == refused.scenario.facts
        assert (granted.outcome, refused.outcome) == ("fulfil", "refuse")
        assert granted.initial_patch != refused.initial_patch


def test_each_halfs_gold_passes_its_own_checker_and_fails_the_others():
    for granted, refused in pairs():
        for task, other in ((granted, refused), (refused, granted)):
            assert task.checker is not None
            assert judge(task.checker, playing(task, task)).reward == 1.0
            assert judge(task.checker, playing(other, task)).reward == 0.0


def test_pairs_stand_at_rules_of_status_stock_money_and_refunds():
    rules = Counter(rule for granted, _ in pairs() for rule in granted.policy_rules)
    decided = Counter(one.policy_rule for one, _ in halves())
    assert set(decided) >= {
        "cancel.pending",
        "change.pending",
        "change.payment_covers",
        "change.items",
        "change.items_cover",
        "exchange.delivered",
        "exchange.items",
        "exchange.covers",
        "return.delivered",
        "return.refund",
    }
    assert set(decided) <= {rule.id for rule in AUTHOR.policy_rules}
    assert set(rules) <= {rule.id for rule in AUTHOR.policy_rules}


def test_who_names_an_order_by_its_status_is_in_no_pair_that_the_status_decides():
    for one, _ in halves():
        if one.reference == "status":
            assert one.policy_rule is not None
            assert not one.policy_rule.endswith((".pending", ".delivered"))


def test_the_features_of_a_half_are_those_of_its_own_state():
    for granted, refused in halves():
        if granted.policy_rule == "cancel.pending":
            assert granted.goals[0].features["order.status"] == "pending"
            assert refused.goals[0].features["order.status"] != "pending"
        if granted.policy_rule == "change.items":
            assert granted.goals[0].features["new_available"] is True
            assert refused.goals[0].features["new_available"] is False


def test_without_a_rate_there_is_no_pair():
    assert not any(draft.pair for draft in drafts(order(200, seed=31)))
