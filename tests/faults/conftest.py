"""Drills: which run by default, what each measured, and the table of it all."""

import re
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from tests.faults.report import Round, Row, kept, table
from tests.faults.smoke import MOST_SECONDS, SECONDS
from tests.faults.yard import Yard, open_yard
from tests.support.servers import PostgresServer, RedisServer

Measured = Callable[[str], None]
Partly = Callable[[str], None]
REASON = re.compile(r"E\s+\S|[\s|+]*([\w.]*Error|assert)\b")
"""Lines of a failure that begin with what pytest says of it, or with an exception's name."""
ROWS = pytest.StashKey[list[Row]]()
SMOKE_SECONDS = pytest.StashKey[dict[str, float]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flags that keep what was measured, and say how long to soak."""
    parser.addoption("--drills-rows", default=None, help="write each drill's rows to this file")
    parser.addoption("--soak-seconds", default=120.0, type=float, help="how long drill 27 takes")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty table."""
    config.stash[ROWS] = []
    config.stash[SMOKE_SECONDS] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave all but the smoke drills out unless they are asked for by `-m drills`."""
    asked = "drills" in str(config.getoption("markexpr"))
    for item in items:
        mark = item.get_closest_marker("drills")
        if mark is None:
            continue
        item.user_properties.append(("drill", str(mark.args[0])))
        if not (asked or item.name in SECONDS):
            item.add_marker(pytest.mark.skip(reason="all drills run by -m drills"))


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Return the function by which a drill says what it measured."""

    def say(text: str) -> None:
        request.node.user_properties.append(("measured", text))

    return say


@pytest.fixture
def partly(request: pytest.FixtureRequest) -> Partly:
    """Return the function by which a drill says that it tried less than its criterion asks."""

    def say(text: str) -> None:
        request.node.user_properties.append(("partly", text))

    return say


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write each drill's line when it is over, or failed before it began."""
    report = yield
    if item.name in SECONDS:
        spent = item.config.stash[SMOKE_SECONDS]
        spent[item.name] = spent.get(item.name, 0.0) + report.duration
    drills = [int(str(text)) for name, text in item.user_properties if name == "drill"]
    if drills and not report.skipped and (report.when == "call" or report.failed):
        row = Row(
            drill=drills[0],
            test=item.name,
            passed=report.passed,
            seconds=report.duration,
            said=_said(item, "measured"),
            partly=_said(item, "partly"),
            why=_why(report),
        )
        _keep(item.config, row)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, and what the smoke drills took."""
    if spent := config.stash[SMOKE_SECONDS]:
        terminalreporter.write_line(
            f"{len(spent)} of {len(SECONDS)} smoke drills took {sum(spent.values()):.0f} s;"
            f" {MOST_SECONDS:.0f} s are theirs on two free processors"
        )
    rows = config.stash[ROWS]
    if rows and "drills" in str(config.getoption("markexpr")):
        terminalreporter.write_line(table([Round(rows=rows, told="")]))


def _keep(config: pytest.Config, row: Row) -> None:
    """Add a row; the file is whole after each, whatever ends the session."""
    rows = config.stash[ROWS]
    rows.append(row)
    if path := config.getoption("--drills-rows"):
        kept(rows, Path(str(path)))


def _said(item: pytest.Item, kind: str) -> str:
    """Return what a drill said of itself."""
    return "; ".join(str(text) for name, text in item.user_properties if name == kind)


def _why(report: pytest.TestReport) -> str:
    """Return the line of a failure that says most: that of its last exception."""
    if not report.failed:
        return ""
    lines = report.longreprtext.strip().splitlines()
    errors = [line for line in lines if REASON.match(line)]
    return (errors or lines or ["no reason given"])[-1].strip(" |+")[:300]


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
