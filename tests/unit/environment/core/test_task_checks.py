import time
from collections import Counter

import pytest

from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.task_checks import check_draft
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.world import World
from seawright_shared.records.base import content_id
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, Task
from tests.support.synthesis import AUTHOR, CHECKS, accepted, check, drafts, order
from tests.support.tau2_vectors import needs_vectors, tau2_base


@pytest.fixture(scope="module")
def outcomes():
    made = drafts(order(1000, seed=21))
    return [(draft, check(draft)) for draft in made]


def test_naive_drafts_mostly_fail(outcomes):
    share = sum(1 for _, outcome in outcomes if outcome.task) / len(outcomes)
    assert 0.05 < share < 0.2


def test_a_failing_verdict_is_the_last_and_says_stage_class_reason_and_goal(outcomes):
    for draft, outcome in outcomes:
        if outcome.task is None:
            last = outcome.verdicts[-1]
            assert not last.ok
            assert last.stage
            assert last.failure_class
            assert last.rationale
            assert all(verdict.ok for verdict in outcome.verdicts[:-1])
            assert outcome.failed_goal is None or outcome.failed_goal < len(draft.goals)
        else:
            assert all(verdict.ok for verdict in outcome.verdicts)


def test_failure_classes_are_few_and_hold_no_id(outcomes):
    classes = Counter(o.verdicts[-1].failure_class for _, o in outcomes if not o.task)
    assert 15 <= len(classes) <= 40
    assert not any(letter.isdigit() for name in classes for letter in name)


def test_refused_executions_are_classed_by_the_tools_words(outcomes):
    classes = {o.verdicts[-1].failure_class for _, o in outcomes if not o.task}
    assert "exec:Non-pending order cannot be cancelled" in classes
    assert "exec:Order not found" in classes
    assert "policy:the order belongs to another customer" in classes


def test_no_checker_is_rejected_by_its_self_test(outcomes):
    assert not [o for _, o in outcomes if o.verdicts[-1].stage == "selftest" and not o.task]


def test_an_accepted_task_is_the_hash_of_its_content():
    for task in accepted()[:50]:
        plain = task.model_dump(mode="json", exclude={"id", "selftest"})
        assert task.id == content_id("task", plain)
        assert Task.model_validate_json(task.model_dump_json()) == task


def test_every_accepted_task_was_tested_and_kills_everything():
    for task in accepted():
        assert task.selftest is not None
        assert task.selftest.ok
        assert task.selftest.false_rejects == 0
        assert all(row.killed == row.mutants for row in task.selftest.kills)
        assert sum(row.mutants for row in task.selftest.kills) >= 4


def test_the_same_draft_gives_the_same_task():
    made = drafts(order(100, seed=3))
    assert [check(draft).task for draft in made] == [check(draft).task for draft in made]


def test_a_disabled_check_does_not_run(outcomes):
    draft = next(d for d, o in outcomes if o.verdicts[-1].stage == "policy" and not o.task)
    switched_off = [
        config.model_copy(update={"enabled": config.id in {"schema", "execution"}})
        for config in CHECKS
    ]
    outcome = check(draft, switched_off)
    assert [verdict.stage for verdict in outcome.verdicts] == ["schema", "execution"]
    assert outcome.task is not None
    assert outcome.task.selftest is None


def test_without_any_check_whatever_executes_becomes_a_task(outcomes):
    for draft, outcome in outcomes:
        bare = check(draft, [CheckConfig(id="schema", enabled=False)])
        if outcome.task or outcome.verdicts[-1].stage not in {"schema", "execution"}:
            assert bare.task is not None
        else:
            assert bare.task is None


def test_a_flag_is_raised_and_the_task_kept(outcomes):
    draft = next(d for d, o in outcomes if o.verdicts[-1].stage == "reference" and not o.task)
    flagged = [CheckConfig(id="reference", on_fail="flag")]
    outcome = check(draft, flagged)
    assert outcome.task is not None
    assert [verdict.ok for verdict in outcome.verdicts] == [False]


@pytest.mark.parametrize(
    "change",
    [
        {"goals": []},
        {"customer_id": "nobody_at_all_1"},
    ],
)
def test_what_is_no_draft_fails_the_schema(outcomes, change: dict[str, object]):
    draft: Draft = outcomes[0][0].model_copy(update=change)
    assert check(draft).verdicts[-1].stage == "schema"


def test_wrong_arguments_fail_the_schema_and_raise_nothing(outcomes):
    draft: Draft = outcomes[0][0]
    for arguments in ({}, {"order_id": 3}, {"order_id": None, "reason": []}, {"x": "y"}):
        goal = draft.goals[0].model_copy(update={"arguments": arguments, "type": "order_info"})
        outcome = check(draft.model_copy(update={"goals": [goal]}))
        assert outcome.verdicts[-1].stage == "schema"
    odd = draft.goals[0].model_copy(update={"type": "fly"})
    assert check(draft.model_copy(update={"goals": [odd]})).verdicts[-1].stage == "schema"


@needs_vectors
def test_the_cascade_works_on_tau2s_data_too():
    wanted = order(400, seed=2, database=DatabaseRef(domain="retail", source="tau2"))
    base = tau2_base("retail")
    accepted_there = 0
    for draft in draw_drafts(wanted, AUTHOR, World.open(base).view):
        candidate = Candidate(draft=draft, base=base, author=AUTHOR)
        outcome = check_draft(candidate, CHECKS, min_kill=0.95, clock=time.perf_counter)
        accepted_there += outcome.task is not None
        assert outcome.task or outcome.verdicts[-1].stage != "selftest"
    assert accepted_there >= 10


def test_writes_on_one_order_depend_on_each_other_and_others_do_not():
    pair = {"modify_pending_order_payment": 1.0, "modify_pending_order_address": 1.0}
    goals = {**pair, "cancel_pending_order": 2.0}
    made = drafts(order(6000, seed=9, goals=goals, num_goals={2: 1.0}))
    own = [draft for draft in made if all(goal.features["order.own"] for goal in draft.goals)]
    tasks = [outcome.task for outcome in map(check, own) if outcome.task]
    seen: Counter[bool] = Counter()
    for task in tasks:
        first, second = task.golden_actions
        same = first.arguments["order_id"] == second.arguments["order_id"]
        cancels_after = same and second.name == "cancel_pending_order"
        assert first.depends_on == []
        assert (second.depends_on == [first.id]) is cancels_after
        seen[cancels_after] += 1
    assert seen[True] > 0
    assert seen[False] > 0
