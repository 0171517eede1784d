"""Real engines are left out unless they are asked for, as by `make test-engines`."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave real engines out unless they are asked for by `-m engines`."""
    if "engines" in str(config.getoption("markexpr")):
        return
    for item in items:
        if "engines" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="real engines run by -m engines"))
