"""Rows of the AReaL-tau2 data: read as documented, refused by file, line and field."""

import json
from typing import Any

import pytest

from seawright_environment.core.areal_dialogues import areal_dialogue
from seawright_environment.core.areal_rows import (
    START,
    Cursor,
    Line,
    SftRow,
    parsed_line,
    read_as,
    sft_domain,
)
from seawright_environment.core.areal_tasks import areal_task
from seawright_environment.core.tau2_documents import read_document
from seawright_shared.errors import InvalidRequestError
from tests.support.areal_rows import rl_row, sft_row


def line(value: Any, number: int = 3, file: str = "f.jsonl") -> Line:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Line(file=file, text=text, end=Cursor(number=number, offset=9))


def pointers(caught: pytest.ExceptionInfo[InvalidRequestError]) -> list[str]:
    return [error.pointer for error in caught.value.errors]


def test_an_rl_row_becomes_a_document_that_keeps_everything():
    row = rl_row("airline", pattern_id="p1", reward=1.0, correct=1)
    task = areal_task(line(row), row)
    assert (task.domain, task.snapshot) == ("airline", "tau2_airline_db.json")
    assert read_document(task.document).evaluation_criteria is not None
    assert task.document["evaluation_criteria"] == json.loads(row["evaluation_criteria"])
    kept: Any = task.document["areal"]
    assert kept["db_path"] == row["db_path"]
    assert (kept["pattern_id"], kept["reward"], kept["correct"]) == ("p1", 1.0, 1)
    assert (kept["line"], kept["has_text_criteria"]) == (3, True)


def test_two_rows_of_one_id_are_told_apart_by_line_and_hash():
    one, two = rl_row("retail"), rl_row("retail", reason="another")
    first, second = areal_task(line(one, 1), one), areal_task(line(two, 2), two)
    assert first.document["id"] == second.document["id"]
    assert first.document["areal"] != second.document["areal"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": 5}, "id"),
        ({"evaluation_criteria": "{"}, "evaluation_criteria"),
        ({"evaluation_criteria": "[]"}, "evaluation_criteria"),
        ({"evaluation_criteria": '{"x": NaN}'}, "evaluation_criteria"),
        ({"user_scenario": None}, "user_scenario"),
        ({"db_path": "tau2_rl_database/../x.json"}, "db_path"),
        ({"db_path": "/etc/passwd"}, "db_path"),
        ({"db_path": "tau2_rl_database/.."}, "db_path"),
        ({"db_path": "elsewhere/x.json"}, "db_path"),
        ({"id": "spa_1", "user_scenario": {"instructions": {"domain": "spa"}}}, "id"),
    ],
)
def test_a_wrong_rl_row_is_named_by_file_line_and_field(changes: dict[str, Any], field: str):
    row = {**rl_row("retail"), **changes}
    with pytest.raises(InvalidRequestError, match=r"f\.jsonl, line 3") as caught:
        areal_task(line(row), row)
    assert pointers(caught) == [f"/f.jsonl/3/{field}"]


@pytest.mark.parametrize("text", [b"{", b"[]", b'"x"', b'{"a": NaN}', b'{"a": Infinity}', b"\xff"])
def test_what_is_no_object_is_refused(text: bytes):
    with pytest.raises(InvalidRequestError, match="line 3, row") as caught:
        parsed_line(line(text))
    assert pointers(caught) == ["/f.jsonl/3"]


def test_a_dialogue_ends_with_the_turn_that_is_taught():
    row = sft_row("airline")
    found = areal_dialogue(line(row), read_as(SftRow, line(row), row), [])
    roles = [message.role for message in found.messages]
    assert roles == ["assistant", "user", "assistant", "tool", "tool", "assistant"]
    assert found.system == "POLICY"
    assert (found.task_id, found.trajectory_id) == ("dialog_1", "dialog_1/2")
    asked, one, two, taught = found.messages[2:]
    assert asked.tool_calls is not None
    assert [call.id for call in asked.tool_calls] == [one.tool_call_id, two.tool_call_id]
    assert [call.arguments for call in asked.tool_calls] == [{"user_id": "u"}, {"a": 1}]
    assert (one.error, two.error) == (False, True)
    assert taught.reasoning == "hm"
    assert taught.tool_calls is not None
    assert taught.tool_calls[0].name == "book"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["messages", 0, "role"], "user", "messages/0/role"),
        (["messages", 2, "role"], "robot", "messages/2/role"),
        (["messages", 3, "tool_calls", 0, "name"], None, "messages/3/tool_calls/0/name"),
        (["messages", 3, "tool_calls", 1], "x", "messages/3/tool_calls/1/name"),
        (["messages", 3, "tool_calls"], None, "messages/4"),
        (["messages", 4, "role"], "user", "messages/4"),
        (["answer", "tool_calls", 0, "arguments"], "{", "answer/tool_calls/0/arguments"),
        (["answer", "role"], "user", "answer/role"),
        (["answer", "tool_calls"], [], "answer"),
        (["metadata", "turn_index"], "x", "metadata/turn_index"),
    ],
)
def test_a_wrong_sft_row_is_named_by_file_line_and_field(
    path: list[str | int], value: object, field: str
):
    row: Any = sft_row("airline")
    here = row
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    with pytest.raises(InvalidRequestError) as caught:
        areal_dialogue(line(row), read_as(SftRow, line(row), row), [])
    assert pointers(caught) == [f"/f.jsonl/3/{field}"]


@pytest.mark.parametrize(
    ("correct", "reward", "is_good"), [(1, 1.0, True), (0, 1.0, False), (1, 0.0, False)]
)
def test_both_labels_must_say_that_the_dialogue_succeeded(
    correct: int, reward: float, is_good: bool
):
    row = sft_row("retail", correct=correct, reward=reward)
    assert read_as(SftRow, line(row), row).is_good == is_good


@pytest.mark.parametrize("domain", ["airline", "retail", "telecom"])
def test_a_row_s_domain_is_told_by_its_own_keys(domain: str):
    row = sft_row(domain)
    assert sft_domain(line(row), row) == domain
    task = rl_row(domain)
    assert areal_task(line(task), task).domain == domain


def test_a_domain_that_nothing_tells_is_refused():
    row = sft_row("airline")
    row["metadata"]["scenario_id"] = 1
    with pytest.raises(InvalidRequestError, match="no single domain"):
        sft_domain(line(row), row)
    bare = rl_row("airline")
    bare["user_scenario"] = {"instructions": {}}
    bare["id"] = "airline_9"
    assert areal_task(line(bare), bare).domain == "airline"


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "1-x", "1-2-3"])
def test_what_is_no_cursor_is_refused(text: str):
    with pytest.raises(InvalidRequestError, match="cursor"):
        Cursor.parsed(text)
    assert Cursor.parsed(str(START)) == START
