"""Laws of the carrier's author, over every accepted task."""

from collections import Counter
from typing import cast

import pytest
from pydantic import JsonValue

from seawright_environment.core.checker import holds
from seawright_environment.core.mutants import Trial, mutants_of
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.world import World
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_environment.domains.telecom.rules_preparing import is_well
from seawright_shared.records.tasks import DraftGoal, Task
from tests.support.telecom_synthesis import (
    AUTHOR,
    accepted,
    carrier,
    check,
    drafts,
    order,
    troubles,
)


def start_of(task: Task) -> World:
    return World.open(carrier(), task.initial_patch, task.initial_calls)


def complaint_of(task: Task) -> DraftGoal:
    arguments: dict[str, JsonValue] = {"faults": [], "complaint": task.features["complaint"]}
    return DraftGoal(type=task.goal_types[0], arguments=arguments, entity="", features={})


def trial_of(task: Task) -> Trial:
    return Trial(task=task, script=gold_script(task), start=start_of(task), author=AUTHOR)


def test_a_naive_plan_yields_less_than_a_fifth():
    wanted = order(600, seed=3)
    assert sum(check(draft).task is not None for draft in drafts(wanted)) < 120


def test_every_goal_type_is_among_the_accepted():
    assert {goal for task in accepted() for goal in task.goal_types} == set(AUTHOR.goal_types)


def test_the_same_order_draws_the_same_drafts():
    wanted = order(60, seed=9, contrast_rate=0.3)
    assert drafts(wanted) == drafts(wanted)


def test_every_feature_is_declared():
    known = set(AUTHOR.features)
    for draft in drafts(order(600, seed=4, contrast_rate=0.3)):
        for goal in draft.goals:
            assert set(goal.features) <= known, goal.type


def test_rules_are_spans_of_both_policies_and_every_kind_names_known_ones():
    for name in ("telecom", "telecom-workflow"):
        text = DOMAINS[name].domain_policy()
        assert all(rule.text in text for rule in AUTHORS[name].policy_rules)
    known = {rule.id for rule in AUTHOR.policy_rules}
    assert all(set(kind.policy_rules) <= known for kind in AUTHOR.kinds.values())


def test_any_customer_with_any_of_his_lines_may_have_the_trouble():
    view = World.open(carrier()).view
    places: Counter[int] = Counter()
    for task in troubles():
        assert task.customer_id is not None
        lines = cast("list[str]", view["customers"][task.customer_id]["line_ids"])
        told = next(call for call in task.initial_calls if call.name == "set_user_info")
        numbers = [view["lines"][line]["phone_number"] for line in lines]
        places[numbers.index(told.arguments["phone_number"])] += 1
    assert len({task.customer_id for task in troubles()}) > 20
    assert len(places) > 2


def test_it_is_broken_before_each_remedy_and_well_after_the_last():
    seen = 0
    for task in troubles():
        if len(task.goal_types) > 1:
            continue
        world, goal = start_of(task), complaint_of(task)
        for action in task.golden_actions:
            assert is_well(world.state, goal) is False, (task.id, action.name)
            world.call(action.requestor, action.name, action.arguments)
            seen += 1
        assert is_well(world.state, goal) is (task.outcome == "fulfil"), task.id
    assert seen > 80


def test_no_remedy_can_be_left_out():
    for task in troubles():
        if task.outcome != "fulfil" or len(task.goal_types) > 1:
            continue
        for left_out in task.golden_actions:
            world = start_of(task)
            for action in task.golden_actions:
                if action is not left_out:
                    world.call(action.requestor, action.name, action.arguments)
            assert is_well(world.state, complaint_of(task)) is False, (task.id, left_out.name)


def test_the_customer_must_act_exactly_where_both_are_in_control():
    for task in accepted():
        acts = any(action.requestor == "user" for action in task.golden_actions)
        assert not acts or task.dual_control
        assert task.outcome != "fulfil" or not task.dual_control or task.golden_actions


def test_damage_beside_the_goal_is_killed_on_both_sides():
    operators: Counter[str] = Counter()
    for task in accepted()[:80]:
        assert task.selftest is not None
        for row in task.selftest.kills:
            assert row.killed == row.mutants, (task.id, row)
            operators[row.operator] += row.mutants
    assert operators["collateral"] > 300
    assert operators["drop_write"] > 30
    assert operators["wrong_requestor"] > 30


@pytest.mark.parametrize("name", ["suspend_line", "refuel_data", "toggle_wifi"])
def test_each_kind_of_damage_is_tried_and_killed(name: str):
    tried = 0
    for task in accepted()[:60]:
        trial = trial_of(task)
        gold = play(trial.start, trial.script.messages()).world
        for operator, script in mutants_of(trial):
            run = play(trial.start, script.messages())
            is_it = operator == "collateral" and run.calls[-1].name == name
            if is_it and run.world.diff() != gold.diff():
                tried += 1
                assert holds(trial.spec, run) is False
    assert tried > 20


def test_what_a_contrast_pair_says_is_the_same_and_what_is_right_is_not():
    wanted = order(400, seed=21, contrast_rate=1.0, num_goals={1: 1.0})
    halves: dict[str, list[Task]] = {}
    edges: dict[str, str | None] = {}
    for draft in drafts(wanted):
        if draft.pair is not None:
            made = check(draft).task
            edges[draft.pair] = draft.policy_rule
            if made is not None:
                halves.setdefault(draft.pair, []).append(made)
    pairs = [pair for pair in halves.values() if len(pair) == 2]
    assert {edges[inside.pair or ""] for inside, _ in pairs} == {
        "really_overdue",
        "resume_after_end",
        "two_gigabytes",
        "roaming",
    }
    for inside, outside in pairs:
        assert edges[inside.pair or ""] in {*inside.policy_rules} & {*outside.policy_rules}
        assert inside.outcome != outside.outcome
        assert inside.scenario.opening == outside.scenario.opening
        assert [wish.text for wish in inside.scenario.wishes] == [
            wish.text for wish in outside.scenario.wishes
        ]


def test_doing_nothing_passes_no_task():
    for task in accepted():
        assert task.selftest is not None
        rows = {row.operator: row for row in task.selftest.kills}
        assert rows["noop"].killed == rows["noop"].mutants == 1
    assert not any(task.noop_passable for task in accepted())


def test_the_workflow_form_writes_the_same_tasks_under_its_own_name():
    assert DOMAINS["telecom-workflow"].goal_types == DOMAINS["telecom"].goal_types
    assert set(AUTHORS) >= {"telecom", "telecom-workflow"}
