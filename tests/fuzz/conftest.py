"""How long parsers are fuzzed: briefly and always alike in `make test`, anew in `make fuzz`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that asks for a long hunt."""
    parser.addoption(
        "--fuzz-examples",
        type=int,
        default=0,
        help="feed each parser so many drawn inputs, drawn anew; failures are kept in the corpus",
    )
