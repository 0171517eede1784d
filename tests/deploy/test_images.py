"""Images are built in stages from pinned bases, run as nobody in particular, and hold no secret."""

import re
import subprocess
import sys

import pytest

from tests.deploy.manifests import ROOT, SERVICES

DOCKERFILE = ROOT / "deploy" / "images" / "service.Dockerfile"
EXACT = re.compile(r"[\w./-]+:(\d+\.\d+\.\d+[\w.-]*|[\w.-]+@sha256:[0-9a-f]{64})")


def instructions() -> list[tuple[str, str]]:
    """Return (instruction, its words), continued lines joined and comments dropped."""
    lines = [x for x in DOCKERFILE.read_text().splitlines() if not x.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
        for line in joined.splitlines()
        if line.strip()
    ]


def stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage."""
    found: list[list[tuple[str, str]]] = []
    for instruction, words in instructions():
        if instruction == "FROM":
            found.append([])
        if found:
            found[-1].append((instruction, words))
    return found


def test_what_builds_is_left_behind():
    assert len(stages()) == 2
    last = [words for instruction, words in stages()[-1] if instruction in {"RUN", "COPY"}]
    assert not [words for words in last if "pip" in words or "apt" in words]
    assert any(words.startswith("--from=build") for words in last)


def test_bases_are_exact_versions():
    known = dict(
        words.split("=", 1) for kind, words in instructions() if kind == "ARG" if "=" in words
    )
    for instruction, words in instructions():
        if instruction == "FROM":
            base = re.sub(r"\$\{(\w+)\}", lambda m: known[m[1]], words.split()[0])
            assert EXACT.fullmatch(base), base


def test_the_last_stage_runs_as_a_number_that_is_not_root():
    users = [words for instruction, words in stages()[-1] if instruction == "USER"]
    assert users == ["10001:10001"]
    after = [kind for kind, _ in stages()[-1]]
    assert after.index("USER") > max(n for n, kind in enumerate(after) if kind in {"RUN", "COPY"})


def test_the_command_is_told_as_a_list_so_that_signals_arrive():
    (command,) = [words for kind, words in stages()[-1] if kind == "CMD"]
    assert command == '["serve"]'
    (script,) = [words for kind, words in stages()[0] if kind == "RUN" and "bin/serve" in words]
    assert "exec seawright-" in script


def test_every_installation_keeps_the_constraints():
    installs = [words for kind, words in instructions() if kind == "RUN" and "pip install" in words]
    assert len(installs) == 2
    assert all("-c constraints.txt" in words for words in installs)
    settings = " ".join(words for kind, words in stages()[0] if kind == "ENV")
    assert "PIP_CONSTRAINT=/source/constraints.txt" in settings


def test_what_is_copied_is_there_and_nothing_is_fetched():
    for kind, words in instructions():
        assert kind != "ADD"
        if kind == "COPY" and not words.startswith("--from"):
            for source in words.split()[:-1]:
                for service in SERVICES:
                    assert (ROOT / source.replace("${SERVICE}", service)).exists(), source


def test_no_secret_is_an_argument_or_a_variable_of_the_image():
    told = [words for kind, words in instructions() if kind in {"ARG", "ENV", "LABEL"}]
    assert not [words for words in told if re.search(r"(?i)secret|token|password|_key", words)]


@pytest.mark.parametrize("secret", [".env", "keys*.json", "**/*.pem", ".git", ".local"])
def test_what_must_not_get_into_an_image_is_left_out_of_its_context(secret: str):
    assert secret in (ROOT / ".dockerignore").read_text().split()


@pytest.mark.parametrize("service", SERVICES)
def test_the_image_gets_exactly_the_packages_that_the_service_asks_for(service: str):
    script = ROOT / "deploy" / "images" / "requirements.py"
    found = subprocess.run(
        [sys.executable, script, service], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pydantic" in found
    assert "opentelemetry-exporter-otlp-proto-http" in found
    assert ("torch" in found) == (service in {"policy", "trainer"})
    assert not [name for name in found if name.startswith("seawright")]


def test_extras_are_installed_where_they_are_named():
    script = ROOT / "deploy" / "images" / "requirements.py"
    found = subprocess.run(
        [sys.executable, script, "orchestrator", "export"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "pyarrow" in found
