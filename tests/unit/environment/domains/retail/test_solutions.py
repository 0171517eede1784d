"""Laws of the shop's words and scripts, over every accepted task."""

import json

from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.retail.goals import GOALS
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.phrases import DENIALS, PROPOSALS, REPORTS, VAGUE, WISHES
from seawright_environment.domains.retail.solution_variants import near_misses
from seawright_shared.records.tasks import EnvironmentCall, Task
from tests.support.synthesis import AUTHOR, accepted, check, drafts, order, shop
from tests.unit.user_simulator.playing import Played, play, right_agent


def played(task: Task) -> Played:
    assert task.solution is not None
    return play(shop(), task, right_agent(task.solution))


def texts(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def test_what_a_write_needs_was_said_by_the_customer_or_read_by_the_agent():
    for task in accepted():
        known = ""
        for message in played(task).messages:
            for call in message.tool_calls or ():
                if call.name in AUTHOR.goal_types:
                    for text in texts(list(call.arguments.values())):
                        assert text in known, (task.id, call.name, text)
            if message.role in {"user", "tool"}:
                known += " " + (message.content or "")


def test_nothing_is_written_before_its_yes_and_every_write_is_reported():
    for task in accepted():
        assert task.solution is not None
        for step, wish in zip(task.solution.steps, task.scenario.wishes, strict=True):
            assert (step.proposal is None) == (not step.writes)
            if step.proposal:
                assert all(mention in step.proposal for mention in wish.mentions)


def test_a_customer_who_tells_when_asked_opens_without_any_id():
    for task in accepted():
        is_vague = task.scenario.disclosure == "on_ask"
        assert any(text in task.scenario.opening for text in VAGUE.values()) == is_vague
        if is_vague:
            assert not any(letter.isdigit() for letter in task.scenario.opening)


def test_a_customer_who_speaks_of_things_names_no_order_or_item_by_id():
    for task in accepted():
        if task.scenario.reference != "id" and "modify_user_address" not in task.goal_types:
            for wish in task.scenario.wishes:
                assert "#W" not in wish.text
                assert not any(len(word) > 6 and word.isdigit() for word in wish.text.split())


def test_every_goal_type_has_words_for_each_of_its_kinds():
    for kind in GOALS.values():
        assert [key for key in WISHES if key.split("/")[0] == kind.words]
        assert kind.words in VAGUE
        assert kind.outcome != "refuse" or kind.words in DENIALS
    assert set(PROPOSALS) < set(REPORTS)


def test_whatever_executes_can_be_put_into_words():
    for draft in drafts(order(1500, seed=77)):
        outcome = check(draft, [])
        if outcome.task is not None:
            assert outcome.task.scenario.opening
            assert json.loads(outcome.task.model_dump_json())["solution"]


def test_near_misses_differ_from_the_call_in_one_argument():
    for task in accepted()[:80]:
        assert task.customer_id is not None
        for action in task.golden_actions:
            call = EnvironmentCall(
                requestor="assistant", name=action.name, arguments=action.arguments
            )
            for wrong in near_misses(World.open(shop()).view, task.customer_id, call):
                changed = [k for k in call.arguments if call.arguments[k] != wrong.arguments[k]]
                assert len(changed) == 1


def test_an_exchange_with_its_pairs_swapped_is_a_near_miss():
    view = World.open(shop()).view
    found = (Shop(view).order(order_id) for order_id in view["orders"])
    order = next(order for order in found if order is not None and len(order["items"]) > 1)
    held: list[JsonValue] = [item["item_id"] for item in order["items"][:2]]
    call = EnvironmentCall(
        requestor="assistant",
        name="exchange_delivered_order_items",
        arguments={
            "order_id": order["order_id"],
            "item_ids": held,
            "new_item_ids": ["8", "7"],
            "payment_method_id": order["payment_history"][0]["payment_method_id"],
        },
    )
    wrong = near_misses(view, order["user_id"], call)
    assert ["7", "8"] in [other.arguments["new_item_ids"] for other in wrong]
