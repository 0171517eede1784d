"""What a session does without an engine: skip what cannot be installed, fail what does not start."""

import shutil

import pytest

from seawright_console.adapters.engine_servers import INSTALLED
from seawright_console.core.engines import RECIPES
from tests.support.engine_environments import NoEnvironmentError, environment_for
from tests.support.engine_served import engine_served
from tests.support.tiny_qwen3 import write_qwen3


@pytest.fixture
def console_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SEAWRIGHT_CONSOLE_FOLDER", str(tmp_path))
    return tmp_path


def test_without_a_package_source_there_is_no_environment_and_a_reason(console_folder, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(console_folder / "nothing"))
    with pytest.raises(NoEnvironmentError, match=r"sglang .* is in no package source"):
        environment_for("sglang")
    assert not list((console_folder / "engines").glob("sglang-*-cpu"))


def test_without_room_there_is_no_environment_and_a_reason(console_folder, monkeypatch):
    full = shutil.disk_usage(console_folder)._replace(free=1 << 30)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(NoEnvironmentError, match="has 1 GB of room"):
        environment_for("vllm")


def test_an_engine_that_is_installed_and_does_not_start_is_a_failure(console_folder, tmp_path):
    recipe = RECIPES["vllm", "cpu"]
    place = tmp_path / "engines" / f"vllm-{recipe.version}-cpu"
    (place / "bin").mkdir(parents=True)
    (place / INSTALLED).write_text("\n".join(" ".join(one) for one in recipe.pip_calls))
    python = place / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o755)
    assert environment_for("vllm") == place
    write_qwen3(tmp_path / "model", 0, context=128)
    with (
        pytest.raises(AssertionError, match="vllm did not start"),
        engine_served("vllm", tmp_path / "model", venv=place),
    ):
        pytest.fail("it started")
