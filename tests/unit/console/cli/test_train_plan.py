"""`seawright train plan`: the paper's runs fit where the paper ran them, and not on one GPU."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line

RUNS = Path(__file__).parents[4] / "deploy" / "runs" / "training"


def planned(*words: str) -> tuple[int, str]:
    """Return exit code and output of `seawright train plan`."""
    done = CliRunner().invoke(command_line(), ["train", "plan", *words])
    return done.exit_code, done.output


@pytest.mark.parametrize(("model", "gpus"), [("30b-a3b", 64), ("235b-a22b", 80)])
def test_the_papers_runs_fit_on_the_papers_gpus_and_not_on_one(model: str, gpus: int):
    words = [
        str(RUNS / f"rl-{model}.toml"),
        "--config",
        str(RUNS / "models" / f"qwen3-{model}.json"),
    ]
    code, output = planned(*words, "--gpus", str(gpus), "--json")
    plan = json.loads(output)
    assert (code, plan["fits"], plan["advice"]) == (0, True, [])
    assert sum(plan["memory_gib"].values()) == pytest.approx(plan["total_gib"], abs=0.1)
    code, output = planned(*words)
    assert code == 1
    assert "does not fit" in output
    assert "GPUs hold" in output


def test_a_spec_that_cannot_work_is_refused_by_field(tmp_path: Path):
    file = tmp_path / "run.toml"
    file.write_text('kind = "grpo"\nnum_stepps = 3\n')
    code, output = planned(str(file))
    assert code == 2
    assert "num_stepps" in output


def test_a_model_without_a_configuration_is_asked_for_one():
    code, output = planned(str(RUNS / "rl-30b-a3b.toml"))
    assert code == 2
    assert "model_config_json" in output


def test_a_chat_template_that_breaks_its_prefixes_is_refused_with_the_message(tmp_path: Path):
    template = "{% for m in messages[-3:] %}{{ m.content }}|{% endfor %}"
    (tmp_path / "chat_template.jinja").write_text(template)
    file = tmp_path / "run.toml"
    lines = ['kind = "sft"', 'dataset_id = "ds_1"', "num_steps = 1", "[model]"]
    file.write_text("\n".join([*lines, f'uri = "{tmp_path}"', 'name = "m"']))
    code, output = planned(str(file))
    assert code == 2
    assert "/spec/model/uri" in output
    assert "message 4 (tool), with tools" in " ".join(output.split())
