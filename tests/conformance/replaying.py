"""Recorded calls of tau2-bench's tools, run again: what every domain's conformance test asks."""

import json
from typing import Any

from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from tests.support.tau2_vectors import FOLDER, records, tau2_base, tools


def check_golden(domain: str, *, num_records: int) -> None:
    """Golden steps give the recorded contents, hashes and differences."""
    golden = records(f"golden_{domain}")
    assert len(golden) == num_records
    base = tau2_base(domain)
    for record in golden:
        world = World.open(base)
        assert world.state_hash() == record["initial_hash"]["agent"]
        for step in record["steps"]:
            result = world.call(step["requestor"], step["name"], step["arguments"])
            assert (result.content, result.error) == (step["content"], step["error"])
        assert world.state_hash() == record["final_hash"]["agent"], record["task_id"]
        found = [operation.model_dump(mode="json") for operation in world.diff()]
        assert in_order(found) == in_order(record["final_diff"]["agent"]), record["task_id"]


def check_fuzzed(domain: str, *, num_calls: int) -> None:
    """Every fuzzed call gives the recorded content, error and hash, and changes what it changed."""
    num_run = 0
    for sequence in records(f"fuzz_{domain}"):
        world = World.open(tau2_base(domain))
        assert world.state_hash() == sequence["initial_hash"]["agent"]
        for call in sequence["calls"]:
            num_run += 1
            before = world.diff()
            result = world.call(call["requestor"], call["name"], call["arguments"])
            assert (result.content, result.error) == (call["content"], call["error"]), call
            if call.get("nondeterministic"):
                continue
            assert (world.diff() != before) == call["changed"], call
            assert world.state_hash() == call["agent_hash"], call
    assert num_run == num_calls


def check_parameters(domain: str, name: str) -> None:
    """A tool's parameters are tau2-bench's, and its words are our own."""
    peer = tools(domain)["tools"]["assistant"][name]
    function = peer["openai_schema"]["function"]
    mine = next(tool for tool in DOMAINS[domain].describe().tools if tool.name == name)
    assert mine.kind == peer["type"]
    assert not _words(mine.model_dump(mode="json")) & _words(function)
    assert _without_words(mine.parameters) == _without_words(function["parameters"])
    properties: Any = mine.parameters["properties"]
    assert list(properties) == list(function["parameters"]["properties"])


def repeated_lines(domain: str, file_name: str = "policy.md") -> set[str]:
    """Return the lines of tau2-bench's policy that ours has too, short ones left out."""
    path = FOLDER / "data" / "domains" / domain / file_name
    peer = {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
    mine = {line.strip() for line in DOMAINS[domain].domain_policy().splitlines()}
    return {line for line in mine & peer if len(line) > 20}


def in_order(patch: list[dict[str, Any]]) -> list[str]:
    """Return operations as texts, sorted."""
    return sorted(json.dumps({"value": None, **each}, sort_keys=True) for each in patch)


def _without_words(schema: Any) -> Any:
    """Return a schema without its descriptions; a property may be named so."""
    if isinstance(schema, list):
        return [_without_words(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_words(value)
        for key, value in schema.items()
        if key != "description" or not isinstance(value, str)
    }


def _words(schema: Any) -> set[str]:
    """Return all descriptions of a schema."""
    if isinstance(schema, list):
        return {words for each in schema for words in _words(each)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["description"]} if isinstance(schema.get("description"), str) else set[str]()
    return own | {words for value in schema.values() for words in _words(value)}
