"""Laws of the airline's words and scripts, over every accepted task."""

import json

from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.airline import goals
from seawright_environment.domains.airline.goals import GOALS
from seawright_environment.domains.airline.phrases import (
    DENIALS,
    PROPOSALS,
    REPORTS,
    VAGUE,
    WISHES,
)
from seawright_environment.domains.airline.solution_variants import equivalents, near_misses
from seawright_shared.records.tasks import EnvironmentCall, Task
from tests.support.airline_synthesis import accepted, airline, check, drawn, naive
from tests.unit.user_simulator.playing import play, right_agent

WRITES = {tool for writes in goals.WRITES.values() for tool in writes}


def texts(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    if isinstance(value, dict):
        return texts(list(value.values()))
    return [value] if isinstance(value, str) else []


def test_what_a_write_needs_was_said_by_the_customer_or_read_by_the_agent():
    said_anyhow = {"one_way", "yes", "no", "basic_economy", "economy", "business"}
    for task in accepted():
        assert task.solution is not None
        known = ""
        for message in play(airline(), task, right_agent(task.solution)).messages:
            for call in message.tool_calls or ():
                if call.name in WRITES:
                    for text in texts(list(call.arguments.values())):
                        assert text in known or text in said_anyhow, (task.id, call.name, text)
            if message.role in {"user", "tool"}:
                known += " " + (message.content or "")


def test_nothing_is_written_before_its_yes():
    for task in accepted():
        assert task.solution is not None
        for step, wish in zip(task.solution.steps, task.scenario.wishes, strict=True):
            assert (step.proposal is None) == (not step.writes)
            if step.proposal:
                assert all(mention in step.proposal for mention in wish.mentions)


def test_a_refusal_names_its_reason():
    refused = [task for task in accepted() if task.outcome == "refuse"]
    assert len(refused) > 50
    for task in refused:
        assert task.solution is not None
        for step, wish in zip(task.solution.steps, task.scenario.wishes, strict=True):
            if wish.expects == "refuse":
                assert ": ." not in step.report


def test_a_customer_who_tells_when_asked_opens_without_any_detail():
    for task in accepted():
        is_vague = task.scenario.disclosure == "on_ask"
        assert any(text in task.scenario.opening for text in VAGUE.values()) == is_vague
        if is_vague:
            assert not any(letter.isdigit() for letter in task.scenario.opening)


def test_a_customer_who_names_no_ids_names_none():
    for task in accepted():
        if task.scenario.reference != "id":
            for wish, goal in zip(task.scenario.wishes, task.goal_types, strict=True):
                assert "reservation " not in wish.text, goal
                assert "credit_card_" not in wish.text
                assert "gift_card_" not in wish.text
                assert "certificate_" not in wish.text


def test_every_kind_of_goal_has_words():
    for name, kind in GOALS.items():
        assert [key for key in WISHES if key.split("/")[0] == kind.words]
        assert kind.words in VAGUE
        if kind.outcome == "fulfil":
            assert {kind.words} <= PROPOSALS.keys() & REPORTS.keys(), name
        if kind.outcome == "refuse":
            assert kind.words in DENIALS, name


def test_kinds_of_the_same_words_take_the_same_arguments():
    by_words: dict[str, set[frozenset[str]]] = {}
    for draft in drawn(1600, 14):
        for goal in draft.goals:
            words = GOALS[goal.type].words
            by_words.setdefault(words, set()).add(frozenset(goal.arguments))
    assert all(len(names) == 1 for names in by_words.values())


def test_whatever_executes_can_be_put_into_words_though_the_policy_forbids_it():
    num, num_forbidden = 0, 0
    for draft, full in naive():
        outcome = check(draft, [])
        if outcome.task is not None:
            num += 1
            num_forbidden += full.task is None
            assert outcome.task.scenario.opening
            assert json.loads(outcome.task.model_dump_json())["solution"]
    assert num > num_forbidden > 100


def calls(task: Task) -> list[EnvironmentCall]:
    return [
        EnvironmentCall(requestor="assistant", name=action.name, arguments=action.arguments)
        for action in task.golden_actions
        if action.name in WRITES
    ]


def test_near_misses_differ_from_the_call_in_one_argument():
    num = 0
    for task in accepted():
        assert task.customer_id is not None
        for call in calls(task):
            for wrong in near_misses(World.open(airline()).view, task.customer_id, call):
                changed = [k for k in call.arguments if call.arguments[k] != wrong.arguments[k]]
                assert len(changed) == 1
                num += 1
    assert num > 100


def test_other_spellings_change_only_the_letters():
    for task in accepted():
        for call in calls(task):
            for other in equivalents(call):
                assert other != call
                assert json.dumps(other.arguments).lower() == json.dumps(call.arguments).lower()
