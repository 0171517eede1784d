import json
from pathlib import Path
from typing import Any

import pytest

from seawright_console.adapters.audit_files import (
    MOST_BYTES,
    database_beside,
    read_database,
    read_tasks,
)
from seawright_shared.errors import InvalidRequestError


def written(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def named(domain: str, task_id: str = "1") -> dict[str, Any]:
    return {"id": task_id, "user_scenario": {"instructions": {"domain": domain}}}


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_list_of_tasks_or_an_object_with_one_is_a_task_set(tmp_path: Path, wrapped: bool):
    tasks = [named("retail"), 3, named("airline"), named("retail")]
    read = read_tasks(written(tmp_path / "t.json", {"tasks": tasks} if wrapped else tasks), None)
    assert read.tasks == tasks
    assert read.domain == "retail"


def test_tasks_that_name_no_domain_have_none(tmp_path: Path):
    told = {"user_scenario": {"instructions": "Ask for a refund."}}
    assert read_tasks(written(tmp_path / "t.json", [told]), None).domain is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1", "3", "{}", "[]", '{"tasks": 3}', "[NaN]", "[1e999]", "[" * 5000, '"\\ud800"'],
)
def test_what_is_no_task_set_is_refused_with_its_name(tmp_path: Path, text: str):
    with pytest.raises(InvalidRequestError, match=r"t\.json: ") as caught:
        read_tasks(written(tmp_path / "t.json", text), None)
    assert caught.value.errors


def test_bytes_that_are_no_text_are_refused(tmp_path: Path):
    path = tmp_path / "t.json"
    path.write_bytes(b"[\xff\xfe]")
    with pytest.raises(InvalidRequestError, match=r"t\.json: .*UTF-8"):
        read_tasks(path, None)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match="No such file"):
        read_tasks(tmp_path / "none.json", None)
    large = tmp_path / "large.json"
    with large.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(InvalidRequestError, match="at most"):
        read_tasks(large, None)


def test_a_split_is_read_from_the_file_beside_the_tasks_in_file_order(tmp_path: Path):
    path = written(tmp_path / "tasks.json", [named("retail", each) for each in "abc"])
    written(tmp_path / "split_tasks.json", {"base": ["c", "a"], "other": ["z"]})
    read = read_tasks(path, "base")
    assert [task["id"] for task in read.tasks if isinstance(task, dict)] == ["a", "c"]
    with pytest.raises(InvalidRequestError, match="no split 'x'; there are: base, other"):
        read_tasks(path, "x")
    with pytest.raises(InvalidRequestError, match="no task of the split"):
        read_tasks(path, "other")


def test_the_database_beside_the_tasks_is_found_with_the_users_own(tmp_path: Path):
    tasks = tmp_path / "tasks.json"
    assert database_beside(tasks) is None
    toml = written(tmp_path / "db.toml", 'day = 2025-02-25\n[lines.L1]\nplan = "P1"\n')
    assert database_beside(tasks) == toml
    assert read_database(toml) == {"day": "2025-02-25", "lines": {"L1": {"plan": "P1"}}}
    written(tmp_path / "user_db.toml", "[device]\nis_on = true\n")
    assert read_database(toml)["user"] == {"device": {"is_on": True}}


def test_a_database_that_is_no_object_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match="object of tables"):
        read_database(written(tmp_path / "db.json", [1]))
    with pytest.raises(InvalidRequestError, match="is not TOML"):
        read_database(written(tmp_path / "db.toml", "= 3"))
