"""Every recorded call of tau2-bench's retail tools answers the same here, to the character."""

import json
from typing import Any

import pytest

from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from tests.support.tau2_vectors import needs_vectors, records, tau2_base, tools

pytestmark = needs_vectors

NUM_GOLDEN = 80
NUM_FUZZED_CALLS = 1370
OPEN_GOLDEN = "golden_retail"


def in_order(patch: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps({"value": None, **each}, sort_keys=True) for each in patch)


def test_golden_steps_give_the_recorded_contents_hashes_and_diffs():
    golden = records(OPEN_GOLDEN)
    assert len(golden) == NUM_GOLDEN
    base = tau2_base("retail")
    for record in golden:
        world = World.open(base)
        assert world.state_hash() == record["initial_hash"]["agent"]
        for step in record["steps"]:
            result = world.call(step["requestor"], step["name"], step["arguments"])
            assert (result.content, result.error) == (step["content"], step["error"])
        assert world.state_hash() == record["final_hash"]["agent"], record["task_id"]
        found = [operation.model_dump(mode="json") for operation in world.diff()]
        assert in_order(found) == in_order(record["final_diff"]["agent"])


def test_fuzzed_calls_give_the_recorded_contents_and_hashes_after_every_call():
    num_calls = 0
    for sequence in records("fuzz_retail"):
        world = World.open(tau2_base("retail"))
        assert world.state_hash() == sequence["initial_hash"]["agent"]
        for call in sequence["calls"]:
            num_calls += 1
            result = world.call(call["requestor"], call["name"], call["arguments"])
            assert (result.content, result.error) == (call["content"], call["error"]), call
            assert world.state_hash() == call["agent_hash"], call
    assert num_calls == NUM_FUZZED_CALLS


def test_a_refused_fuzzed_call_that_left_the_state_alone_leaves_no_diff():
    for sequence in records("fuzz_retail"):
        world = World.open(tau2_base("retail"))
        for call in sequence["calls"]:
            before = world.diff()
            world.call(call["requestor"], call["name"], call["arguments"])
            assert (world.diff() != before) == call["changed"], call


@pytest.mark.parametrize("name", sorted(DOMAINS["retail"].toolkit.tools))
def test_a_tools_parameters_are_tau2_benchs_and_its_words_are_our_own(name: str):
    peer = tools("retail")["tools"]["assistant"][name]
    function = peer["openai_schema"]["function"]
    mine = next(tool for tool in DOMAINS["retail"].describe().tools if tool.name == name)
    assert mine.kind == peer["type"]
    assert mine.description != function["description"]
    assert without_words(mine.parameters) == without_words(function["parameters"])
    properties: Any = mine.parameters["properties"]
    assert list(properties) == list(function["parameters"]["properties"])


def without_words(parameters: Any) -> Any:
    properties = {
        key: {name: value for name, value in schema.items() if name != "description"}
        for key, schema in parameters["properties"].items()
    }
    return {**parameters, "properties": properties}


def test_no_tool_of_tau2_benchs_retail_is_missing():
    assert set(tools("retail")["tools"]["assistant"]) == set(DOMAINS["retail"].toolkit.tools)


def test_the_policy_text_repeats_no_line_of_tau2_benchs(tau2_policy_lines: set[str]):
    mine = {line.strip() for line in DOMAINS["retail"].domain_policy().splitlines()}
    assert not {line for line in mine & tau2_policy_lines if len(line) > 20}
