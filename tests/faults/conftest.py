"""Drills: which run by default, what each measured, and the table of it all."""

import os
import platform
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.table import DRILLS
from tests.faults.yard import Yard, open_yard
from tests.support.servers import PostgresServer, RedisServer

Measured = Callable[[str], None]
ROWS = pytest.StashKey[dict[int, list[tuple[str, bool]]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that keeps the table."""
    parser.addoption("--drills-report", default=None, help="write the table of drills to this file")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty table."""
    config.stash[ROWS] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave all but the smoke drills out unless they are asked for by `-m drills`."""
    asked = "drills" in str(config.getoption("markexpr"))
    for item in items:
        mark = item.get_closest_marker("drills")
        if mark is None:
            continue
        item.user_properties.append(("drill", str(mark.args[0])))
        if not (asked or mark.kwargs.get("smoke")):
            item.add_marker(pytest.mark.skip(reason="all drills run by -m drills"))


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Return the function by which a drill says what it measured."""

    def say(text: str) -> None:
        request.node.user_properties.append(("measured", text))

    return say


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write each drill's line when it is over, or failed before it began."""
    report = yield
    drills = [int(str(text)) for name, text in item.user_properties if name == "drill"]
    if drills and not report.skipped and (report.when == "call" or report.failed):
        said = "; ".join(str(text) for name, text in item.user_properties if name == "measured")
        rows = item.config.stash[ROWS].setdefault(drills[0], [])
        rows.append((said or item.name, report.passed))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, and keep it where that was asked for."""
    rows = config.stash[ROWS]
    if not rows or "drills" not in str(config.getoption("markexpr")):
        return
    text = _table(rows)
    terminalreporter.write_line(text)
    path = config.getoption("--drills-report")
    if path:
        Path(str(path)).write_text(_head() + text)


def _table(rows: dict[int, list[tuple[str, bool]]]) -> str:
    lines = ["| # | fault | criterion | measured | passed |", "|---|---|---|---|---|"]
    for number, drill in DRILLS.items():
        said = rows.get(number, [])
        measured = "<br>".join(text.replace("|", "/") for text, _ in said)
        verdict = "yes" if all(passed for _, passed in said) else "NO"
        if not said:
            measured, verdict = f"not run: {drill.not_here or 'not asked for'}", "-"
        cells = (str(number), drill.fault, drill.criterion, measured, verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _head() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"# Drills of {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"`make drills` at commit {commit}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load at the end {load} (1, 5, 15 minutes). What each\n"
        "drill does and where it is written: `docs/drills.md`.\n\n"
    )


@pytest.fixture
async def yard(postgres_url: str, redis_url: str, tmp_path: Path) -> AsyncGenerator[Yard]:
    """Yield a yard on the session's servers."""
    async with open_yard(postgres_url, redis_url, tmp_path) as made:
        yield made


@pytest.fixture
def own_postgres(server_folder: Path) -> Generator[PostgresServer]:
    """Yield a PostgreSQL that the drill may stop."""
    folder = server_folder / "postgres"
    folder.mkdir(mode=0o755)
    server = PostgresServer(folder=folder).start()
    yield server
    server.stop()


@pytest.fixture
def own_redis(server_folder: Path) -> Generator[RedisServer]:
    """Yield a Redis that the drill may stop."""
    folder = server_folder / "redis"
    folder.mkdir()
    server = RedisServer(folder=folder).start()
    yield server
    server.stop()
