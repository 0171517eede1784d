"""Tasks of our own as tau2-bench's documents: its evaluation scores them as our checker does."""

from typing import Any

import pytest

from seawright_environment.core.patches import diff_states
from seawright_environment.core.tau2_completion import completed_task
from seawright_environment.core.tau2_documents import read_document
from seawright_environment.core.tau2_evaluation import evaluate
from seawright_environment.core.tau2_exports import export_task
from seawright_environment.core.world import Base, World
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.checkers import CheckerSpec, SaidItem
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, PatchOp, Scenario, Task, Wish
from seawright_shared.records.trajectories import StopReason
from tests.support import telecom_synthesis
from tests.support.synthesis import SHOP, accepted, shop

GREETING = [Message(role="assistant", content="Hello, how can I help you?")]


def gold_messages(base: Base, task: Task) -> list[Message]:
    """Return what a right agent, and its user, do and say by the task's own solution and gold."""
    assert task.solution is not None
    calls = [*task.solution.identify]
    for step in task.solution.steps:
        calls += step.reads
    calls += [
        ToolCall(
            id=action.id, name=action.name, arguments=action.arguments, requestor=action.requestor
        )
        for action in task.golden_actions
    ]
    world = World.open(base, patch=task.initial_patch, calls=task.initial_calls)
    messages: list[Message] = []
    for index, call in enumerate(calls):
        numbered = call.model_copy(update={"id": f"c{index}"})
        messages.append(Message(role=call.requestor, tool_calls=[numbered]))
        answer = world.call(call.requestor, call.name, call.arguments, numbered.id)
        messages.append(answer.as_message(call.requestor))
    said = " ".join(step.report for step in task.solution.steps)
    return [*messages, Message(role="assistant", content=said)]


def reward(base: Base, document: Any, messages: list[Message]) -> float:
    found = evaluate(base, read_document(document), messages, StopReason.USER_STOP)
    assert not found.mismatches
    return found.reward


def ends_elsewhere(base: Base, task: Task) -> bool:
    """Whether the databases differ where nothing is carried over after a golden action."""
    synced = World.open(base, patch=task.initial_patch, calls=task.initial_calls)
    unsynced = World.open(base, patch=task.initial_patch, calls=task.initial_calls)
    for action in task.golden_actions:
        synced.call(action.requestor, action.name, action.arguments)
        unsynced.call(action.requestor, action.name, action.arguments, is_synced=False)
    return bool(diff_states(unsynced.state, synced.state))


def test_gold_scores_1_and_doing_nothing_0_for_every_kind_of_task():
    kinds: set[tuple[str, ...]] = set()
    for task in accepted():
        document = export_task(shop(), task)
        kinds.add((task.outcome, *sorted(document["evaluation_criteria"]["reward_basis"])))  # type: ignore[index, arg-type]
        assert reward(shop(), document, gold_messages(shop(), task)) == 1.0, document
        assert reward(shop(), document, GREETING) == 0.0, document
    assert {kind[0] for kind in kinds} == {"fulfil", "refuse", "transfer", "info"}


def test_a_task_of_two_sides_is_scored_by_state_or_refused_where_tau2_benchs_gold_ends_elsewhere():
    num_exported, refused = 0, set[str]()
    for task in telecom_synthesis.accepted():
        base = telecom_synthesis.carrier()
        try:
            document: Any = export_task(base, task)
        except InvalidRequestError as caught:
            assert task.initial_patch or ends_elsewhere(base, task)
            bare = task.model_copy(update={"initial_patch": []})
            assert export_task(base, bare, is_scored=False)["id"] == task.id
            refused.add(caught.errors[0].pointer)
            continue
        num_exported += 1
        assert not task.initial_patch
        assert "DB" in document["evaluation_criteria"]["reward_basis"]
        told = " ".join(document["evaluation_criteria"]["communicate_info"])
        gold = [*gold_messages(base, task), Message(role="assistant", content=told)]
        assert reward(base, document, gold) == 1.0, document
        assert reward(base, document, GREETING) == 0.0, document
    assert num_exported
    assert refused == {"/initial_patch", "/golden_actions"}


def test_an_exported_task_reads_back_with_the_same_gold():
    for task in accepted()[:60]:
        again = completed_task(shop(), export_task(shop(), task), SHOP)
        assert again.final_patch == task.final_patch
        gold = {(action.name, str(action.arguments)) for action in task.golden_actions}
        assert gold <= {(action.name, str(action.arguments)) for action in again.golden_actions}
        assert again.scenario.opening == task.scenario.opening


def task(**changes: Any) -> Task:
    scenario = Scenario(persona="", opening="hi", wishes=[Wish(text="w")])
    return Task(id="task_1", domain="retail", database=SHOP, scenario=scenario, **changes)


def test_an_empty_list_of_compared_arguments_stays_one():
    from seawright_shared.records.tasks import GoldenAction

    action = GoldenAction(id="a", name="x", arguments={}, compare_args=[])
    document: Any = export_task(shop(), task(golden_actions=[action]))
    assert document["evaluation_criteria"]["actions"][0]["compare_args"] == []


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (SaidItem(text="Oak Street, 5"), "Oak Street 5"),
        (SaidItem(cents=123450), "1234.5"),
        (SaidItem(cents=1200), "12"),
        (SaidItem(cents=1005), "10.05"),
        (SaidItem(any_of=["one"]), "one"),
    ],
)
def test_what_must_be_said_is_written_as_tau2_bench_compares_it(item: SaidItem, text: str):
    document: Any = export_task(shop(), task(checker=CheckerSpec(said=[item])))
    criteria = document["evaluation_criteria"]
    assert criteria["communicate_info"] == [text]
    assert criteria["reward_basis"] == ["DB", "COMMUNICATE"]


def test_a_start_state_is_merged_and_prepared():
    document: Any = export_task(
        shop(),
        task(
            initial_patch=[
                PatchOp(path=["orders", "#W1", "status"], op="set", value="delivered"),
                PatchOp(path=["user", "device", "on"], op="set", value=False),
            ],
            initial_calls=[EnvironmentCall(requestor="user", name="toggle", arguments={"a": 1})],
        ),
    )
    assert document["initial_state"] == {
        "initialization_data": {
            "agent_data": {"orders": {"#W1": {"status": "delivered"}}},
            "user_data": {"device": {"on": False}},
        },
        "initialization_actions": [
            {"env_type": "user", "func_name": "toggle", "arguments": {"a": 1}}
        ],
        "message_history": None,
    }


@pytest.mark.parametrize(
    "operation",
    [
        PatchOp(path=["orders", "#W1"], op="del"),
        PatchOp(path=["orders", "#W1", "items", 0], op="set", value=1),
        PatchOp(path=["orders"], op="set", value={}),
        PatchOp(path=[], op="set", value={}),
    ],
)
def test_a_start_state_that_cannot_be_merged_is_refused(operation: PatchOp):
    with pytest.raises(InvalidRequestError) as caught:
        export_task(shop(), task(initial_patch=[operation]))
    assert [error.pointer for error in caught.value.errors] == ["/initial_patch/0"]


def test_evidence_by_any_of_several_tools_is_the_solutions_own_and_its_arguments_are_free():
    read = next(
        task
        for task in accepted()
        if task.checker and any(item.name == "find_user_id_*" for item in task.checker.called)
    )
    assert read.solution is not None
    exported: Any = export_task(shop(), read)
    found = [
        action
        for action in exported["evaluation_criteria"]["actions"]
        if action["name"].startswith("find_user_id_")
    ]
    call = read.solution.identify[0]
    assert [(each["name"], each["arguments"]) for each in found] == [(call.name, call.arguments)]
    assert found[0]["compare_args"] == []
    assert "ACTION" in exported["evaluation_criteria"]["reward_basis"]


def test_no_golden_call_is_refused_where_a_write_changes_what_a_read_names():
    moved = [
        task
        for task in accepted()
        if any(action.name == "modify_user_address" for action in task.golden_actions)
        and any(item.name == "find_user_id_*" for item in (task.checker or CheckerSpec()).called)
    ]
    assert moved
    for task in moved:
        document: Any = export_task(shop(), task)
        world = World.open(shop(), patch=task.initial_patch, calls=task.initial_calls)
        for action in document["evaluation_criteria"]["actions"]:
            result = world.call(action["requestor"], action["name"], action["arguments"])
            assert not result.error, (action, result.content)
