"""Results files and lines of records: read whole, refused by file and place."""

import json
from pathlib import Path
from typing import Any

import pytest

from seawright_console.adapters.exchange_files import (
    append_lines,
    read_lines,
    read_object,
    read_results,
    write_json,
    write_lines,
)
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.gradings import Tau2Grading

WHOLE: dict[str, Any] = {
    "timestamp": "x",
    "tasks": [{"id": "1"}],
    "info": {"a": 1.50},
    "simulations": [{"id": "s2"}, {"id": "s1"}],
    "more": None,
}


def grading(number: int) -> Tau2Grading:
    return Tau2Grading(run_id=f"r{number}", task_id="t", termination_reason="user_stop")


def test_a_results_file_comes_back_in_its_order_of_keys(tmp_path: Path):
    path = write_json(tmp_path / "deep" / "results.json", WHOLE)
    results = read_results(path)
    assert json.dumps(results.document()) == json.dumps(WHOLE)
    assert [run["id"] for run in results.simulations] == ["s2", "s1"]


def test_a_results_folder_is_read_by_its_runs_in_order_of_their_names(tmp_path: Path):
    header = {key: value for key, value in WHOLE.items() if key != "simulations"}
    write_json(tmp_path / "results.json", header)
    for name in ("b", "a"):
        write_json(tmp_path / "simulations" / f"{name}.json", {"id": name})
    for path in (tmp_path, tmp_path / "results.json"):
        assert [run["id"] for run in read_results(path).simulations] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("{", "results.json"),
        ("[]", "results.json"),
        ('{"tasks": []}', "results.json/simulations"),
        ('{"tasks": [1], "simulations": []}', "results.json/tasks/0"),
        ('{"tasks": [], "simulations": [], "x": NaN}', "results.json"),
    ],
)
def test_what_is_no_results_file_is_refused(tmp_path: Path, text: str, pointer: str):
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(InvalidRequestError) as caught:
        read_results(path)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        read_object(tmp_path / "gone.json")


def test_records_come_back_line_by_line(tmp_path: Path):
    path = write_lines(tmp_path / "deep" / "lines.jsonl", [grading(1)])
    append_lines(path, [grading(2), grading(3)])
    assert read_lines(path, Tau2Grading) == [grading(1), grading(2), grading(3)]


def test_a_wrong_line_is_named(tmp_path: Path):
    path = write_lines(tmp_path / "lines.jsonl", [grading(1)])
    path.write_text(path.read_text() + '\n{"run_id": 5}\n')
    with pytest.raises(InvalidRequestError) as caught:
        read_lines(path, Tau2Grading)
    assert [error.pointer for error in caught.value.errors] == ["lines.jsonl/3/run_id"]
