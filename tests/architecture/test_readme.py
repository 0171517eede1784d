"""The README's commands are real: every one is run, or its target is shown to exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

README = ROOT / "README.md"
BIN = Path(sys.executable).parent


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def words_of(command: str) -> list[str]:
    return [word for word in shlex.split(command) if "=" not in word]


def run(*words: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_readme_has_the_length_of_a_readme():
    assert 150 <= len(README.read_text().splitlines()) <= 200


def test_every_make_verb_of_the_readme_is_printed_by_a_bare_make():
    verbs = {words_of(c)[1] for c in commands() if c.startswith("make ")}
    printed = {line.split()[0] for line in run("make").splitlines()}
    assert {"demo", "check", "bench", "up"} <= verbs <= printed


def test_every_seawright_command_of_the_readme_knows_its_flags():
    found = [words_of(c) for c in commands() if "/seawright " in c]
    assert len(found) >= 3
    for _, verb, *rest in found:
        named = rest[:1] if rest and rest[0].isalpha() else []
        usage = run(BIN / "seawright", verb, *named, "--help", COLUMNS="200", NO_COLOR="1")
        assert {word for word in rest if word.startswith("--")} <= set(
            re.findall(r"--[a-z0-9-]+", usage)
        )


def test_every_file_that_a_command_names_is_there():
    named = [
        w for c in commands() for w in words_of(c) if w.startswith(("deploy/", "helm/", ".env"))
    ]
    assert named
    assert [name for name in named if name != ".env" and not (ROOT / name).exists()] == []


def test_every_other_command_starts_with_a_program_of_its_own_trade():
    programs = {words_of(command)[0] for command in commands()}
    assert programs <= {"make", ".venv/bin/seawright", "cp", "docker", "helm"}


def links() -> Iterator[str]:
    for target in re.findall(r"\]\(([^)]+)\)", README.read_text()):
        if not target.startswith("http"):
            yield target


@pytest.mark.parametrize("target", sorted(set(links())) if README.exists() else [])
def test_every_link_of_the_readme_leads_somewhere(target: str):
    assert (ROOT / target.split("#")[0]).exists()


def test_make_says_what_is_missing_where_python_is_not_there(tmp_path: Path):
    make = shutil.which("make")
    assert make
    (tmp_path / "constraints.txt").write_text("")
    done = subprocess.run(
        [make, "-f", ROOT / "Makefile", "setup", "PYTHON=no-such-python"],
        cwd=ROOT,
        env=os.environ | {"MAKEFLAGS": f"VENV={tmp_path}/venv"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Python 3.11 not found" in done.stdout
