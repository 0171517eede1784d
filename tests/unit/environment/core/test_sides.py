"""Two databases in one state: hashes apart, functions, solo episodes, merged data, roll-back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.databases import Databases
from seawright_environment.core.sides import agent_document, merged, text_hash, user_document
from seawright_environment.core.state import State
from seawright_environment.core.tau2_documents import Tau2InitialState, read_document
from seawright_environment.core.tau2_evaluation import evaluate
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.tau2_replay import open_world
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_environment.core.world import Base, World
from seawright_environment.domains import DOMAINS
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import EnvironmentCall
from seawright_shared.records.trajectories import StopReason

TASK = {"task_id": "task_1", "title": "Write", "description": None, "status": "pending"}
NOTE = {"notification_id": "n1", "message": "hello", "status": "unread", "task_id": None}
DOCUMENT: dict[str, Any] = {
    "tasks": {"task_1": TASK},
    "users": {"user_1": {"user_id": "user_1", "name": "Ada", "tasks": ["task_1"]}},
    "user": {"notifications": {"n1": NOTE}},
}
ADD = EnvironmentCall(
    requestor="user",
    name="add_notification",
    arguments={"notification_id": "n2", "message": "more"},
)


def base(*, is_exact: bool = True) -> Base:
    """Return the mock domain on a small database: tau2-bench's form, or a generated one."""
    databases = Databases(DOMAINS, read_tau2=lambda name: DOCUMENT)
    source: Any = "tau2" if is_exact else "seed"
    return databases.load(DatabaseRef(domain="mock", source=source, seed=3, num_customers=4))


def hashes(world: World) -> tuple[str, str | None]:
    return world.state_hash(), world.user_state_hash()


@pytest.mark.parametrize("is_exact", [True, False])
def test_each_side_s_hash_tells_of_its_own_database_only(is_exact: bool):
    world = World.open(base(is_exact=is_exact))
    agent, user = hashes(world)
    task_id = next(iter(world.view["tasks"]))
    status = world.view["tasks"][task_id]["status"]
    other = "completed" if status == "pending" else "pending"
    world.call("assistant", "update_task_status", {"task_id": task_id, "status": other})
    changed = world.state_hash()
    assert world.user_state_hash() == user
    note = next(iter(user_document(world.state)["notifications"]))  # type: ignore[arg-type]
    world.call("user", "dismiss_notification", {"notification_id": note})
    assert world.state_hash() == changed
    assert world.user_state_hash() != user
    assert changed != agent


def test_a_hash_is_that_of_tau2_benchs_text():
    world = World.open(base())
    agent = {key: value for key, value in DOCUMENT.items() if key != "user"}
    assert world.state_hash() == text_hash(agent)
    assert world.user_state_hash() == text_hash(DOCUMENT["user"])
    assert agent_document(world.state, frozenset({"tasks"}))["tasks"] == [TASK]


def test_a_domain_without_a_user_s_database_has_no_hash_of_one():
    content = DOMAINS["retail"]
    databases = Databases(DOMAINS)
    assert content.is_two_sided is False
    shop = databases.load(DatabaseRef(domain="retail", num_customers=5))
    assert World.open(shop).user_state_hash() is None


def test_functions_prepare_a_start_and_no_party_may_call_them():
    world = World.open(base(), calls=[ADD])
    assert list(user_document(world.state)["notifications"]) == ["n1", "n2"]  # type: ignore[arg-type]
    assert world.version == 0
    party: Any
    for party in ("user", "assistant"):
        refused = world.call(party, ADD.name, ADD.arguments)
        assert refused.content == "Error: Tool 'add_notification' not found."
    wrong = EnvironmentCall(requestor="user", name=ADD.name, arguments={"notification_id": "n3"})
    with pytest.raises(InvalidRequestError, match="missing 1 required positional argument"):
        World.open(base(), calls=[wrong])


def test_in_a_solo_episode_the_agent_holds_the_user_s_tools_and_the_user_none():
    world = open_world(base(), None, is_solo=True)
    assert not world.call("assistant", "check_notifications", {}).error
    assert not world.call("assistant", "get_users", {}).error
    assert world.call("user", "check_notifications", {}).error
    assert world.fork().is_solo
    assert World.open(base()).call("assistant", "check_notifications", {}).error


def test_arguments_with_a_default_may_be_left_out():
    world = World.open(base())
    made = world.call("assistant", "create_task", {"user_id": "user_1", "title": "Plan"})
    assert json.loads(made.content)["description"] is None
    schema = next(t for t in DOMAINS["mock"].describe().tools if t.name == "create_task")
    assert schema.parameters["required"] == ["user_id", "title"]


DATA: dict[str, Any] = {
    "agent_data": {"tasks": {"task_9": {**TASK, "task_id": "task_9"}}},
    "user_data": {"notifications": {"n1": {"status": "read"}}},
}


def test_data_is_merged_into_both_databases_of_a_generated_world():
    inbox = user_document(World.open(base(is_exact=False)).state)["notifications"]
    assert isinstance(inbox, dict)
    note = next(iter(inbox))
    data: Any = {**DATA, "user_data": {"notifications": {note: {"status": "read"}}}}
    world = open_world(base(is_exact=False), Tau2InitialState(initialization_data=data))
    assert "task_9" in world.view["tasks"]
    shown = json.loads(world.call("user", "check_notifications", {}).content)
    assert [each["status"] for each in shown if each["notification_id"] == note] == ["read"]
    assert world.user_state_hash() != world.state_hash()


@pytest.mark.parametrize("side", ["agent_data", "user_data"])
def test_on_tau2_benchs_data_merging_one_side_makes_it_common(side: str):
    start = Tau2InitialState(initialization_data={side: DATA[side]})
    world = open_world(base(), start)
    assert world.state_hash() == world.user_state_hash()
    assert world.fork().common_side == world.common_side


def test_a_repeated_run_and_gold_start_from_the_same_merged_data():
    document: Any = {
        "id": "1",
        "user_scenario": {"instructions": "x"},
        "initial_state": {"initialization_data": {"agent_data": DATA["agent_data"]}},
        "evaluation_criteria": {
            "actions": [
                {
                    "action_id": "a",
                    "name": "update_task_status",
                    "arguments": {"task_id": "task_9", "status": "completed"},
                }
            ]
        },
    }
    said = import_messages([{"role": "assistant", "content": "hi"}])
    idle = evaluate(base(), read_document(document), said, StopReason.USER_STOP)
    assert (idle.reward, idle.db_match) == (0.0, False)


JSON = st.recursive(
    st.none() | st.integers(0, 2) | st.lists(st.integers(0, 1), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON)
def test_merging_is_idempotent_and_tells_what_was_laid_over(document: Any, data: Any):
    once = merged(document, data)
    assert merged(once, data) == once
    assert merged(document, {}) == (document if isinstance(document, dict) else {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["create_task", "update_task_status", "dismiss_notification"]),
            st.dictionaries(
                st.sampled_from(["user_id", "title", "task_id", "status", "notification_id"]),
                st.sampled_from(["user_1", "task_1", "pending", "done", "", "notif_1"]),
            ),
            st.sampled_from(["assistant", "user"]),
        ),
        max_size=8,
    )
)
def test_a_refused_call_on_generated_data_changes_nothing(calls: list[tuple[str, Any, Any]]):
    world = World.open(base(is_exact=False))
    for name, arguments, party in calls:
        before = (world.diff(), hashes(world))
        if world.call(party, name, arguments).error:
            assert (world.diff(), hashes(world)) == before


def half_way(state: State) -> str:
    """Write, then refuse."""
    state.put("tasks", "task_9", {})
    raise ValueError("no")


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_call_refused_half_way_leaves_its_writes_on_tau2_benchs_data_only(is_exact: bool):
    tool = Tool(name="half", kind="write", description="", parameters={}, run=half_way)
    kit = Toolkit(label="X", tools={"half": tool})
    whole = base(is_exact=is_exact)
    world = World.open(replace(whole, content=replace(whole.content, toolkit=kit)))
    assert world.call("assistant", "half", {}).content == "Error: no"
    assert bool(world.diff()) == is_exact


def test_what_one_side_s_change_means_for_the_other_is_carried_over_unless_gold_is_run():
    def sync(state: State) -> None:
        state.own("user", "notifications")["n1"] = dict(state.table("tasks")["task_1"])

    whole = base()
    world = World.open(replace(whole, content=replace(whole.content, sync=sync)))
    done = {"task_id": "task_1", "status": "completed"}
    before = world.user_state_hash()
    world.call("assistant", "update_task_status", done, is_synced=False)
    assert world.user_state_hash() == before
    world.call("assistant", "update_task_status", done)
    assert json.loads(world.call("user", "check_notifications", {}).content) == [
        {**TASK, "status": "completed"}
    ]
