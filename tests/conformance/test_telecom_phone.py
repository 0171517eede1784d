"""The phone of telecom's user: what tau2-bench recorded of it comes out the same.

The agent's side is not needed here: what it has changed of the user's surroundings is looked for
among all that it may change, until the recorded hash is met.
"""

import tomllib
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.state import Database
from seawright_environment.core.toolkits import Toolkit
from seawright_environment.core.world import Base, World
from seawright_environment.domains.telecom.phone import own_surroundings, user_entities
from seawright_environment.domains.telecom.phone_checks import USER_ASSERTIONS
from seawright_environment.domains.telecom.phone_tools import USER_FUNCTIONS, USER_TOOLKIT
from seawright_shared.records.tasks import EnvironmentCall
from tests.support.tau2_vectors import FOLDER, needs_vectors, records, tools

pytestmark = needs_vectors

NUM_FUZZED = 770
DATA = FOLDER / "data" / "domains" / "telecom"


def file_of(name: str) -> dict[str, Any]:
    """Return one of tau2-bench's files."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def phone_base() -> Base:
    """Return tau2-bench's phone under no agent's tools."""
    content = DomainContent(
        name="phone",
        toolkit=Toolkit(label="TelecomTools", tools={}),
        user_toolkit=USER_TOOLKIT,
        generate=lambda seed, size: {},
        domain_policy=lambda: "",
        assertions=USER_ASSERTIONS,
        functions=USER_FUNCTIONS,
        is_two_sided=True,
    )
    tables = {"user": user_entities(file_of("user_db.toml"))}
    database = Database(name="phone", tables=tables, has_text_hash=True, is_exact=True)
    return Base(content=content, database=database)


OVERDUE = {"bill_id": "B1234321", "total_due": 65.0}
"""Made by the agent's side before some tasks start."""


def request_for(bill: dict[str, Any]) -> dict[str, Any]:
    """Return the request to pay a bill."""
    amount = float(bill["total_due"])
    return {"bill_id": bill["bill_id"], "amount_due": amount, "paid": False}


EFFECTS: dict[str, dict[str, Any]] = {
    "enable_roaming": {"roaming_allowed": True},
    "make_payment": {"payment_request": None},
    "refuel_data": {"mobile_data_usage_exceeded": False},
    "resume_line": {"line_active": True},
    "send_payment_request": {"payment_request": request_for(OVERDUE)},
}
"""What is carried over to the phone after golden steps, all of which succeed."""


def surroundings() -> Iterator[dict[str, Any]]:
    """Yield all that the agent's side may have made of the surroundings."""
    bills = file_of("db.toml")["bills"]
    requests = [None, *map(request_for, bills), request_for(OVERDUE)]
    flags = (False, True)
    for request, exceeded, allowed, active in product(requests, flags, flags, flags[::-1]):
        yield {
            "payment_request": request,
            "mobile_data_usage_exceeded": exceeded,
            "roaming_allowed": allowed,
            "line_active": active,
        }


def carried_over(world: World, user_hash: str | None, *, is_searching: bool = False) -> bool:
    """Give the world the surroundings that the recorded hash tells; say whether there are any."""
    if world.user_state_hash() == user_hash:
        return True
    start = world.state
    for found in surroundings():
        world.state = start.fork()
        own_surroundings(world.state).update(found)
        if is_searching:
            world.prepare(_function("simulate_network_search"))
        if world.user_state_hash() == user_hash:
            return True
    return False


def opened(record: dict[str, Any]) -> World:
    """Return the world as the record starts."""
    world = World.open(phone_base())
    start = record.get("init") or record.get("initial_state") or {}
    actions = start.get("initialization_actions") or []
    for action in actions:
        if action["env_type"] == "user":
            result = world.prepare(_function(action["func_name"], action["arguments"]))
            assert not result.error, result.content
    is_searching = any(each["func_name"] == "simulate_network_search" for each in actions)
    user_hash = record["initial_hash"]["user"]
    assert carried_over(world, user_hash, is_searching=is_searching), record
    return world


def _function(name: str, arguments: dict[str, Any] | None = None) -> EnvironmentCall:
    return EnvironmentCall(requestor="user", name=name, arguments=arguments or {})


def test_the_imported_phone_has_tau2_benchs_hash():
    known = tools("telecom")["initial_db_hash"]["user"]
    assert World.open(phone_base()).user_state_hash() == known


def test_every_fuzzed_call_of_the_phone_gives_the_recorded_content_and_hash():
    num_run = 0
    for sequence in records("fuzz_telecom"):
        world = opened(sequence)
        for call in sequence["calls"]:
            if call["requestor"] != "user":
                assert carried_over(world, call["user_hash"]), call
                continue
            num_run += 1
            result = world.call("user", call["name"], call["arguments"])
            assert (result.content, result.error) == (call["content"], call["error"]), call
            if call["name"] == "make_payment":
                # The agent's side clears the request in the same call.
                assert carried_over(world, call["user_hash"]), call
            assert world.user_state_hash() == call["user_hash"], (sequence["seq_id"], call)
    assert num_run == NUM_FUZZED


@pytest.mark.parametrize(
    ("name", "num_steps"), [("golden_telecom", 273), ("golden_telecom_full", 7332)]
)
def test_golden_steps_give_the_recorded_contents_hashes_and_checks(name: str, num_steps: int):
    num_run = 0
    for record in records(name):
        world = opened(record)
        for step in record["steps"]:
            if step["requestor"] == "user":
                num_run += 1
                result = world.call("user", step["name"], step["arguments"])
                assert (result.content, result.error) == (step["content"], step["error"]), record
            own_surroundings(world.state).update(EFFECTS.get(step["name"], {}))
        assert world.user_state_hash() == record["final_hash"]["user"], record["task_id"]
        for check in record["env_assertions"]:
            if check["env_type"] == "user":
                assertion = USER_ASSERTIONS[check["func_name"]]
                is_so = assertion(world.state, check["arguments"])
                assert (is_so == check["assert_value"]) == check["met"], record["task_id"]
    assert num_run == num_steps


@pytest.mark.parametrize("name", list(USER_TOOLKIT.tools))
def test_a_tools_parameters_are_tau2_benchs_and_its_words_are_our_own(name: str):
    peer = tools("telecom")["tools"]["user"][name]
    function = peer["openai_schema"]["function"]
    described = phone_base().content.describe().tools
    mine = next(tool for tool in described if tool.name == name)
    assert (mine.kind, mine.requestor) == (peer["type"], "user")
    assert not words_of(mine.model_dump(mode="json")) & words_of(function)
    assert bare(mine.parameters) == bare(function["parameters"])


def bare(schema: Any) -> Any:
    """Return a schema without its descriptions."""
    if isinstance(schema, list):
        return [bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: bare(value) for key, value in schema.items() if key != "description"}


def words_of(schema: Any) -> set[str]:
    """Return all descriptions of a schema."""
    if isinstance(schema, list):
        return {words for each in schema for words in words_of(each)}
    if not isinstance(schema, dict):
        return set()
    inner = {words for value in schema.values() for words in words_of(value)}
    return inner | ({str(schema["description"])} if "description" in schema else set())


def test_no_tool_of_tau2_benchs_phone_is_missing():
    assert list(tools("telecom")["tools"]["user"]) == list(USER_TOOLKIT.tools)
