import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import INVALID, UNREACHABLE

NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing listens."""


def call(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(), list(words))
    return result.exit_code, result.stdout, result.stderr


def test_bare_command_prints_its_verbs():
    _, out, _ = call()
    for verb in ("demo", "up", "synth", "train", "evaluate", "show", "report"):
        assert verb in out


def test_a_wrong_field_of_a_spec_is_named_before_anything_is_sent(tmp_path: Path):
    file = tmp_path / "spec.json"
    file.write_text(json.dumps({"domain": "retail", "database": {"domain": "retail"}, "seeed": 1}))
    code, out, err = call("synth", str(file), "--url", NOWHERE)
    assert code == INVALID
    assert out == ""
    assert "seeed" in err
    assert "did you mean seed?" in err


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_a_spec_that_lacks_fields_is_refused_by_name(verb: str):
    code, _, err = call(verb, "--url", NOWHERE)
    assert code == INVALID
    assert "Field required" in err


def test_a_deployment_that_is_not_there_is_named_with_what_to_do():
    code, _, err = call("show", "srun_1", "--url", NOWHERE)
    assert code == UNREACHABLE
    assert NOWHERE in err
    assert "seawright up --embedded" in err


def test_an_id_that_is_no_run_is_refused():
    code, _, err = call("show", "task_1", "--url", NOWHERE)
    assert code == INVALID
    assert "srun_" in err


def test_up_says_what_it_cannot_start():
    code, _, err = call("up")
    assert code == INVALID
    assert "--embedded" in err


@pytest.mark.parametrize("said", [None, "nowhere"])
def test_a_demo_on_tau2_without_its_data_fails_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None
):
    monkeypatch.delenv("SEAWRIGHT_ENVIRONMENT_TAU2_DATA_DIR", raising=False)
    monkeypatch.delenv("TAU2_DATA_DIR", raising=False)
    if said is not None:
        monkeypatch.setenv("TAU2_DATA_DIR", str(tmp_path / said))
    state = tmp_path / "state"
    code, out, err = call("demo", "--tau2", "--folder", str(state), "--port", "0")
    assert code == INVALID
    assert out == ""
    assert "TAU2_DATA_DIR" in err
    assert not state.exists()
