"""The mock domain: every recorded step, hash and evaluation of tau2-bench's comes out the same."""

import json
from typing import Any

import pytest

from seawright_environment.core.tau2_completion import completed_task
from seawright_environment.core.tau2_documents import read_document
from seawright_environment.core.tau2_evaluation import evaluate, run_gold
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.tau2_replay import history_of, open_world, replay_writes
from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.trajectories import StopReason
from tests.conformance.evaluating import expected, shown, transcript
from tests.conformance.replaying import repeated_lines
from tests.support.tau2_vectors import needs_vectors, records, tau2_base, tau2_documents, tools

pytestmark = needs_vectors

NUM_GOLDEN = 7
PARTIES = {
    "assistant": DOMAINS["mock"].toolkit.tools,
    "user": (DOMAINS["mock"].user_toolkit or DOMAINS["mock"].toolkit).tools,
}


def opened(document: dict[str, Any]) -> World:
    """Return the world at the task's start, after its message history."""
    start = read_document(document).initial_state
    world = open_world(tau2_base("mock"), start)
    assert replay_writes(world, history_of(start)) == []
    world.start = world.state.fork()
    return world


def hashes(world: World) -> dict[str, str | None]:
    return {"agent": world.state_hash(), "user": world.user_state_hash()}


def in_order(patch: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps({"value": None, **each}, sort_keys=True) for each in patch)


def test_the_imported_databases_have_tau2_benchs_hashes():
    assert hashes(World.open(tau2_base("mock"))) == tools("mock")["initial_db_hash"]


def test_golden_steps_give_the_recorded_contents_hashes_and_diffs():
    golden, documents = records("golden_mock"), tau2_documents("mock")
    assert len(golden) == NUM_GOLDEN
    for record in golden:
        world = opened(documents[record["task_id"]])
        assert hashes(world) == record["initial_hash"], record["task_id"]
        for step in record["steps"]:
            result = world.call(step["requestor"], step["name"], step["arguments"])
            assert (result.content, result.error) == (step["content"], step["error"])
        assert hashes(world) == record["final_hash"], record["task_id"]
        found = [operation.model_dump(mode="json") for operation in world.diff()]
        assert in_order(found) == in_order(record["final_diff"]["agent"]), record["task_id"]
        assert record["final_diff"]["user"] == []
        assert dict(world.state.table("user")) == record["final_user_db"]
        gold = run_gold(tau2_base("mock"), read_document(documents[record["task_id"]]))
        assert hashes(gold) == record["gold_env_hash"], record["task_id"]


def test_golden_replays_are_rewarded_as_recorded():
    documents = tau2_documents("mock")
    for record in records("golden_mock"):
        document = documents[record["task_id"]]
        history = (document.get("initial_state") or {}).get("message_history") or []
        spoken = transcript(record)
        messages = import_messages([*history, *(spoken[1:] if history else spoken)])
        evaluation = evaluate(
            tau2_base("mock"), read_document(document), messages, StopReason.USER_STOP
        )
        assert shown(evaluation) == expected(record["reward_info"]), record["task_id"]
        assert not evaluation.mismatches


def test_every_task_is_imported_with_what_its_gold_changes():
    ref = DatabaseRef(domain="mock", source="tau2")
    for document in tau2_documents("mock").values():
        task = completed_task(tau2_base("mock"), document, ref)
        assert task.tau2 == document
        assert bool(task.final_patch) == bool(
            [action for action in task.golden_actions if action.name != "transfer_to_human_agents"]
        )


def test_merged_data_puts_both_kits_on_the_agents_database():
    # tau2-bench's quirk: after it merged the agent's data, the user's tools stand on it, too.
    document = tau2_documents("mock")["update_task_with_initialization_data"]
    world = opened(document)
    assert world.state.table("users")["user_1"]["tasks"] == ["task_1", "task_2"]
    assert world.user_state_hash() == world.state_hash()
    refused = world.call("user", "check_notifications", {})
    assert refused.content == "Error: 'MockDB' object has no attribute 'notifications'"
    criteria = document["evaluation_criteria"]
    answer = world.call("assistant", "update_task_status", criteria["actions"][0]["arguments"])
    messages = import_messages(
        [
            {
                "role": "assistant",
                "tool_calls": [{"id": "c", **criteria["actions"][0]}],
            },
            {"role": "tool", "id": "c", "content": answer.content},
            {"role": "assistant", "content": " ".join(criteria["communicate_info"])},
        ]
    )
    found = evaluate(tau2_base("mock"), read_document(document), messages, StopReason.USER_STOP)
    assert (found.reward, found.db_match) == (1.0, True)


@pytest.mark.parametrize(
    ("party", "name"), [(party, name) for party, kit in PARTIES.items() for name in kit]
)
def test_a_tools_parameters_are_tau2_benchs_and_its_words_are_our_own(party: str, name: str):
    peer = tools("mock")["tools"][party][name]
    function = peer["openai_schema"]["function"]
    mine = next(tool for tool in DOMAINS["mock"].describe().tools if tool.name == name)
    assert (mine.kind, mine.requestor) == (peer["type"], party)
    assert mine.description != function["description"]
    assert bare(mine.parameters) == bare(function["parameters"])
    properties: Any = mine.parameters["properties"]
    assert list(properties) == list(function["parameters"]["properties"])


def bare(parameters: Any) -> Any:
    """Return parameters without their words."""
    properties = {
        key: {name: value for name, value in schema.items() if name != "description"}
        for key, schema in parameters["properties"].items()
    }
    return {**parameters, "properties": properties}


def test_no_tool_of_tau2_benchs_mock_is_missing():
    for party, kit in PARTIES.items():
        assert set(tools("mock")["tools"][party]) == set(kit)


def test_the_policy_text_repeats_no_line_of_tau2_benchs():
    assert repeated_lines("mock") == set()
