"""Laws of the airline's author, over drafts and every accepted task."""

from collections import Counter, defaultdict

from seawright_environment.core.checker import check_trajectory
from seawright_environment.domains.airline.content import AIRLINE
from seawright_environment.domains.airline.rules_policy import EXPLANATIONS
from seawright_shared.records.tasks import Task
from tests.support.airline_synthesis import (
    AUTHOR,
    CARRIER,
    accepted,
    airline,
    drawn,
    naive,
)
from tests.unit.user_simulator.playing import Played, play, right_agent


def played(task: Task) -> Played:
    assert task.solution is not None
    return play(airline(), task, right_agent(task.solution))


def test_the_right_agent_solves_every_accepted_task():
    for task in accepted():
        assert task.checker is not None
        found = played(task)
        verdict = check_trajectory(task.checker, found.run)
        assert verdict.reward == 1, (task.id, verdict.rationale)
        assert found.stop is not None, task.id


def test_an_agent_that_does_nothing_solves_none():
    for task in accepted():
        assert task.checker is not None
        assert not task.noop_passable
        idle = play(airline(), task, iter(["Is there anything else I can help with?"]))
        assert check_trajectory(task.checker, idle.run).reward == 0, task.id


def test_every_accepted_task_passed_its_self_test():
    assert len(accepted()) > 250
    for task in accepted():
        assert task.selftest is not None
        assert task.selftest.ok, task.selftest.failures


def test_every_kind_of_goal_is_accepted_sometimes_and_none_always():
    found = {name for task in accepted() for name in task.goal_types}
    assert found == set(AUTHOR.goal_types)
    tried, kept = Counter[str](), Counter[str]()
    for draft, outcome in naive():
        if len(draft.goals) == 1:
            tried[draft.goals[0].type] += 1
            kept[draft.goals[0].type] += outcome.task is not None
    assert all(kept[name] < tried[name] for name in AUTHOR.goal_types)


def test_what_is_drawn_naively_mostly_fails():
    share = sum(outcome.task is not None for _, outcome in naive()) / len(naive())
    assert 0.05 < share < 0.2


def test_rules_may_test_all_that_goals_tell_and_nothing_else():
    told = {name for draft in drawn(1600, 14) for goal in draft.goals for name in goal.features}
    assert told == set(AUTHOR.features)


def test_every_rule_stands_in_the_policy_word_for_word():
    text = AIRLINE.domain_policy()
    assert len({rule.id for rule in AUTHOR.policy_rules}) == len(AUTHOR.policy_rules)
    for rule in AUTHOR.policy_rules:
        assert text.count(rule.text) == 1, rule.id
    known = {rule.id for rule in AUTHOR.policy_rules}
    assert set(EXPLANATIONS) <= known
    for kind in AUTHOR.kinds.values():
        assert set(kind.policy_rules) <= known


def test_the_domain_tells_its_kinds_and_its_present():
    domain = AIRLINE.describe()
    assert domain.goal_types == list(AUTHOR.goal_types)
    assert [kind.name for kind in domain.goal_kinds] == domain.goal_types
    assert domain.policy_rules == list(AUTHOR.policy_rules)
    assert AIRLINE.now == "2024-05-15T15:00:00"


def test_a_contrast_pair_says_the_same_and_comes_out_differently():
    halves: defaultdict[str, list[Task]] = defaultdict(list)
    for task in accepted():
        if task.pair:
            halves[task.pair].append(task)
    pairs = [pair for pair in halves.values() if len(pair) == 2]
    assert len(pairs) > 25
    for inside, outside in pairs:
        assert inside.scenario.opening == outside.scenario.opening
        words = [[wish.text for wish in task.scenario.wishes] for task in (inside, outside)]
        assert words[0] == words[1]
        assert (inside.outcome, outside.outcome) == ("fulfil", "refuse")
        assert inside.initial_patch != outside.initial_patch
        assert set(inside.policy_rules) & set(outside.policy_rules)
    stood_at = {rule for pair in pairs for rule in pair[0].policy_rules}
    assert {"cancel.recent", "cancel.insurance", "cancel.airline", "paying.update"} <= stood_at


def test_what_is_right_on_one_side_of_a_rule_is_wrong_on_the_other():
    halves: defaultdict[str, list[Task]] = defaultdict(list)
    for task in accepted():
        if task.pair:
            halves[task.pair].append(task)
    for pair in halves.values():
        if len(pair) == 2:
            inside, outside = pair
            assert inside.solution is not None
            assert outside.checker is not None
            there = play(airline(), outside, right_agent(inside.solution))
            assert check_trajectory(outside.checker, there.run).reward == 0


def test_the_same_order_draws_the_same_drafts():
    assert drawn.__wrapped__(80, 3, 0.5) == drawn.__wrapped__(80, 3, 0.5)
    assert all(draft.database == CARRIER for draft in drawn(80, 3, 0.5))
