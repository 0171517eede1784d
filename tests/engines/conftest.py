"""Real engines: installed on first use, skipped aloud where that cannot be; long tests on demand."""

from pathlib import Path

import pytest

from seawright_console.core.engines import EngineName
from tests.support.engine_environments import NoEnvironmentError, environment_for

UNTESTED = pytest.StashKey[dict[str, str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones out unless engines are asked for by `-m engines`."""
    if "engines" in str(config.getoption("markexpr")):
        return
    long = [item for item in items if _is_long(item)]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _is_long(item: pytest.Item) -> bool:
    return any(mark.kwargs.get("long", False) for mark in item.iter_markers("engines"))


def _environment(kind: EngineName, config: pytest.Config) -> Path:
    try:
        return environment_for(kind)
    except NoEnvironmentError as error:
        config.stash.setdefault(UNTESTED, {})[kind] = str(error)
        pytest.skip(f"real {kind} was NOT tested, it cannot be installed: {error}")


@pytest.fixture(scope="session")
def vllm_environment(request: pytest.FixtureRequest) -> Path:
    """Return the folder of vLLM's environment."""
    return _environment("vllm", request.config)


@pytest.fixture(scope="session")
def sglang_environment(request: pytest.FixtureRequest) -> Path:
    """Return the folder of SGLang's environment."""
    return _environment("sglang", request.config)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say at the end which engines this session could not test."""
    for kind, why in config.stash.get(UNTESTED, {}).items():
        terminalreporter.write_sep("!", f"real {kind} was NOT tested", red=True, bold=True)
        terminalreporter.write_line(f"It cannot be installed here: {why}")
