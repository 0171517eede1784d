import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.audit import database_reference
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.domains import DatabaseRef

IDLE: dict[str, Any] = {
    "id": "idle",
    "user_scenario": {"instructions": {"domain": "retail", "reason_for_call": "You say hello."}},
    "evaluation_criteria": {"actions": [], "reward_basis": ["DB"]},
}


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    return written(tmp_path, [IDLE])


def written(folder: Path, value: Any) -> Path:
    path = folder / "tasks.json"
    path.write_text(json.dumps(value))
    return path


def audit(path: Path, *words: str) -> tuple[int, str, str]:
    line = ["audit", str(path), "--database", "seed:1:20", *words]
    result = CliRunner().invoke(command_line(), line)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("fail_on", "expected"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)]
)
def test_the_exit_code_says_whether_something_as_grave_was_found(
    tasks: Path, fail_on: str, expected: int
):
    code, _, err = audit(tasks, "--fail-on", fail_on)
    assert code == expected
    assert "noop-passes" in err
    assert "1 of 1 tasks audited" in err


def test_a_broken_task_among_good_ones_is_an_error_and_the_good_ones_are_audited(tmp_path: Path):
    code, out, _ = audit(written(tmp_path, [IDLE, {"id": 7}]), "--json")
    assert code == 1
    found = AuditReport.model_validate_json(out)
    assert (found.num_tasks, found.num_audited) == (2, 1)
    assert found.tasks[1].findings[0].pointer == "/1/id"


@pytest.mark.parametrize("text", ["", "not json", '{"a": 1}', "[]"])
def test_a_file_that_cannot_be_read_ends_with_two_and_says_why(tmp_path: Path, text: str):
    path = tmp_path / "tasks.json"
    path.write_text(text)
    code, out, err = audit(path)
    assert (code, out) == (2, "")
    assert "tasks.json" in err


def test_tasks_of_no_known_domain_end_with_two(tmp_path: Path):
    told = {**IDLE, "user_scenario": {"instructions": "Say hello."}}
    code, _, err = audit(written(tmp_path, [told]))
    assert code == 2
    assert "--domain" in err
    code, _, err = audit(written(tmp_path, [told]), "--domain", "spa")
    assert code == 2
    assert "no domain 'spa'" in err
    assert audit(written(tmp_path, [told]), "--domain", "retail")[0] == 0


@pytest.mark.parametrize("ending", ["md", "html", "json"])
def test_a_report_is_written_in_the_form_that_its_name_asks_for(tasks: Path, ending: str):
    path = tasks.with_name(f"report.{ending}")
    code, _, err = audit(tasks, "--report", str(path))
    assert code == 0
    assert path.name in err.replace("\n", "")
    text = path.read_text()
    starts = {"md": "# Audit of ", "html": "<!doctype html>", "json": "{"}
    assert text.startswith(starts[ending])
    assert "noop-passes" in text


def test_a_database_is_named_by_its_seed():
    made = DatabaseRef(domain="retail", source="seed", seed=3, num_customers=50)
    assert database_reference("retail", "seed:3:50") == made
    assert database_reference("retail", "seed:3") == made.model_copy(update={"num_customers": 200})
    assert database_reference("retail", "tau2") == DatabaseRef(domain="retail", source="tau2")
    assert database_reference("retail", "db.json") is None
    for wrong in ("seed:", "seed:x", "seed:1:2:3", "seed:-1"):
        with pytest.raises(InvalidRequestError, match="seed:NUMBER"):
            database_reference("retail", wrong)


def test_a_repaired_set_has_lost_what_was_refused_and_is_a_task_set_again(tmp_path: Path):
    refused = {"action_id": "1", "name": "get_order_details", "arguments": {"order_id": "#W0"}}
    path = written(tmp_path, [{**IDLE, "evaluation_criteria": {"actions": [refused]}}])
    mended = tmp_path / "mended.json"
    _, _, err = audit(path, "--repaired", str(mended))
    assert "read-refused" in err
    assert "1 repairs" in err
    assert json.loads(mended.read_text())[0]["evaluation_criteria"]["actions"] == []
    assert "read-refused" not in audit(mended)[2]


def test_a_deployment_that_is_not_there_ends_with_three(tasks: Path):
    code, out, err = audit(tasks, "--url", "http://127.0.0.1:9")
    assert (code, out) == (3, "")
    assert "http://127.0.0.1:9" in err
