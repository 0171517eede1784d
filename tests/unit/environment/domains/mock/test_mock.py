"""The mock domain: generated teams, and where its tools are corrected."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.databases import Databases
from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from seawright_environment.domains.mock.seed import generate_tables
from seawright_environment.domains.mock.state import import_tables
from seawright_shared.records.domains import DatabaseRef

TEAM: dict[str, Any] = {
    "tasks": {"task_1": {"task_id": "task_1", "title": "Write"}},
    "users": {"user_1": {"user_id": "user_1", "name": "Ada", "tasks": ["task_1"]}},
    "user": {},
}


def world(source: Any) -> World:
    databases = Databases(DOMAINS, read_tau2=lambda name: TEAM)
    ref = DatabaseRef(domain="mock", source=source, seed=1, num_customers=3)
    return World.open(databases.load(ref))


@given(st.integers(0, 50), st.integers(1, 12))
def test_a_generated_team_is_whole_and_repeats_with_its_seed(seed: int, size: int):
    tables: Any = generate_tables(seed, size)
    assert tables == generate_tables(seed, size)
    assert len(tables["users"]) == size
    owned = [task_id for user in tables["users"].values() for task_id in user["tasks"]]
    assert owned == list(tables["tasks"]) == [f"task_{i + 1}" for i in range(len(owned))]
    for note in tables["user"]["notifications"].values():
        assert note["task_id"] in tables["tasks"]
    assert import_tables(tables) == tables


def test_fields_that_a_file_leaves_out_have_their_defaults():
    tables = import_tables(TEAM)
    assert tables["tasks"]["task_1"] == {
        "task_id": "task_1",
        "title": "Write",
        "description": None,
        "status": "pending",
    }
    assert tables["user"] == {"notifications": {}}


@pytest.mark.parametrize(("source", "is_refused"), [("tau2", False), ("seed", True)])
def test_corrected_tools_take_no_status_or_title_that_is_none(source: str, is_refused: bool):
    team = world(source)
    task_id, user_id = next(iter(team.view["tasks"])), next(iter(team.view["users"]))
    wrong = {"task_id": task_id, "status": "lost"}
    assert team.call("assistant", "update_task_status", wrong).error == is_refused
    bare = {"user_id": user_id, "title": " "}
    assert team.call("assistant", "create_task", bare).error == is_refused


@pytest.mark.parametrize(
    ("party", "name", "arguments", "text"),
    [
        ("assistant", "create_task", {"user_id": "x", "title": "t"}, "User x not found"),
        ("assistant", "update_task_status", {"task_id": "x", "status": "p"}, "Task x not found"),
        ("user", "dismiss_notification", {"notification_id": "x"}, "Notification x not found"),
    ],
)
def test_what_is_not_there_is_named(party: Any, name: str, arguments: Any, text: str):
    for source in ("tau2", "seed"):
        assert world(source).call(party, name, arguments).content == f"Error: {text}"


def test_a_new_task_is_the_user_s_and_numbered_on():
    team = world("tau2")
    made = team.call("assistant", "create_task", {"user_id": "user_1", "title": "Plan"})
    assert json.loads(made.content)["task_id"] == "task_2"
    assert team.view["users"]["user_1"]["tasks"] == ["task_1", "task_2"]
    assert team.call("assistant", "transfer_to_human_agents", {"summary": "x"}).content == (
        "Transfer successful"
    )


def test_a_title_that_is_no_text_is_refused_in_tau2_benchs_words():
    refused = world("tau2").call("assistant", "create_task", {"user_id": "user_1", "title": 5})
    assert refused.content == (
        "Error: 1 validation error for Task\ntitle\n  Input should be a valid string "
        "[type=string_type, input_value=5, input_type=int]\n    For further information visit "
        "https://errors.pydantic.dev/2.12/v/string_type"
    )
