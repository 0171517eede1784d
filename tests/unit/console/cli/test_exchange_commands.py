"""`import`, `export`, `regrade`, `contamination`: files are refused before anything is sent."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import INVALID, UNREACHABLE

NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing listens."""
TASK = {"id": "1", "user_scenario": {"instructions": {"domain": "retail", "reason_for_call": "x"}}}


def call(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(), [*words, "--url", NOWHERE])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([TASK]))
    return path


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"tasks": [TASK], "simulations": [{"id": "s"}]}))
    return path


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    gone = str(tmp_path / "gone.json")
    for words in (
        ("import", "tasks", gone),
        ("import", "runs", gone, "--out", str(tmp_path)),
        ("regrade", gone),
        ("contamination", gone),
    ):
        code, _, err = call(*words)
        assert (code, "gone.json" in err) == (INVALID, True), words


def test_a_file_without_a_domain_asks_for_one(tmp_path: Path, results: Path):
    for words in (("regrade", str(results)), ("import", "runs", str(results), "--out", "x")):
        code, _, err = call(*words)
        assert (code, "--domain" in err) == (INVALID, True)


def test_a_deployment_that_is_not_there_is_named(tmp_path: Path, tasks: Path, results: Path):
    out = str(tmp_path / "out")
    for words in (
        ("import", "tasks", str(tasks)),
        ("import", "runs", str(results), "--out", out, "--domain", "retail"),
        ("import", "areal", "retail", "--out", out),
        ("export", "tasks", "srun_1", "--out", out),
        ("export", "runs", "erun_1", "--out", out),
        ("regrade", str(results), "--domain", "retail"),
        ("contamination", str(tasks)),
    ):
        code, _, err = call(*words)
        assert (code, NOWHERE in err) == (UNREACHABLE, True), (words, err)


def test_what_is_neither_a_file_nor_a_run_is_refused(tmp_path: Path):
    for verb in ("tasks", "runs"):
        code, _, err = call("export", verb, "nothing", "--out", str(tmp_path / "o"))
        assert (code, "srun_" in err) == (INVALID, True)


def test_tasks_that_name_no_domain_ask_for_one(tmp_path: Path):
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([{"id": "1", "user_scenario": {"instructions": "x"}}]))
    code, _, err = call("import", "tasks", str(path), "--seed", "1")
    assert (code, "--domain" in err) == (INVALID, True)
