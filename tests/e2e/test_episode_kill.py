"""A killed orchestrator loses nothing: the run finishes, and as if nothing had happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLUSTER = pytest.param("cluster", marks=[pytest.mark.postgres, pytest.mark.redis])


@contextmanager
def process(folder: Path, database_url: str, redis_url: str | None) -> Generator[Iterator[str]]:
    """Run the process and yield the lines it prints; it is dead afterwards."""
    folder.mkdir(exist_ok=True)
    arguments = [str(folder), database_url, *([redis_url] if redis_url else [])]
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.episode_process", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    try:
        yield (line.strip() for line in running.stdout)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        running.stdout.close()


def until(lines: Iterator[str], wanted: str) -> None:
    for line in lines:
        if line == wanted:
            return
    raise AssertionError(f"the process ended without {wanted}")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what a run prints that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with process(folder, f"sqlite+aiosqlite:///{folder / 'undisturbed.db'}", None) as lines:
        return list(lines)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["embedded", CLUSTER])
def test_a_run_that_is_killed_twice_ends_as_one_that_was_not(
    form: str, expected: list[str], tmp_path: Path, request: pytest.FixtureRequest
):
    url, redis_url = f"sqlite+aiosqlite:///{tmp_path / 'killed.db'}", None
    if form == "cluster":
        url = request.getfixturevalue("postgres_url")
        redis_url = request.getfixturevalue("redis_url")
    for moment in ("run.started", "iteration.finished"):
        with process(tmp_path / "killed", url, redis_url) as lines:
            until(lines, moment)
    with process(tmp_path / "killed", url, redis_url) as lines:
        found = list(lines)
    tasks = [line for line in found if line.startswith("task ")]
    assert len(tasks) == len(set(tasks)) > 5
    assert sorted(tasks) == sorted(line for line in expected if line.startswith("task "))
    assert found.count("iteration.finished") == 4
    assert found.count("run.succeeded") == 1
    # Streams of two runs differ in their ids alone.
    yields = sorted(line.split()[2:] for line in found if line.startswith("iteration "))
    assert yields == sorted(line.split()[2:] for line in expected if line.startswith("iteration "))
