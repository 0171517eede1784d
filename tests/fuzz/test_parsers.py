"""No bytes from outside make a parser raise what nobody expects, hang or eat memory."""

import hashlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from seawright_shared.errors import SeawrightError
from tests.fuzz import agents, bells, bodies, credentials, files, peers
from tests.fuzz.drawn import noise, odd_json, odd_plain
from tests.fuzz.target import Target

SOURCES = (agents, bells, bodies, credentials, files, peers)
TARGETS = {name: target for source in SOURCES for name, target in source.TARGETS.items()}
CORPUS = Path(__file__).parent / "corpus"
NUM_EXAMPLES = 60
"""Of each parser in `make test`, the same each time."""
MOST_SECONDS = 5.0
"""Of CPU, for one input: what is quadratic takes minutes."""


def fed(name: str, document: bytes) -> None:
    """Feed a parser; a refusal is well, anything else is a defect."""
    began = time.process_time()
    try:
        TARGETS[name].feed(document)
    except SeawrightError as refusal:
        if refusal.status >= 500 and not refusal.retryable:
            raise
    assert time.process_time() - began < MOST_SECONDS, "too slow"


def stored(name: str) -> list[bytes]:
    """Return what once failed."""
    return [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]


def is_json(document: bytes) -> bool:
    """Whether it is a JSON document with an inside."""
    try:
        return isinstance(json.loads(document), dict | list)
    except ValueError:
        return False


def drawn(target: Target) -> st.SearchStrategy[bytes]:
    """Draw noise, and good documents that are good no longer."""
    ways = [noise(target.seeds)]
    if documents := [seed for seed in target.seeds if is_json(seed)]:
        ways.append(odd_json(documents))
    if target.plain is not None and target.encode is not None:
        ways += [odd_plain(target.plain(seed), target.encode) for seed in target.seeds]
    return st.one_of(ways)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_good_document_is_read(name: str):
    for seed in TARGETS[name].seeds:
        TARGETS[name].feed(seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_once_failed_is_refused_or_read(name: str):
    for document in stored(name):
        fed(name, document)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_no_bytes_break_a_parser(name: str, request: pytest.FixtureRequest):
    num = int(str(request.config.getoption("--fuzz-examples")))
    last = b""

    @settings(
        max_examples=num or NUM_EXAMPLES,
        derandomize=not num,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=(
            HealthCheck.too_slow,
            HealthCheck.large_base_example,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ),
    )
    @given(drawn(TARGETS[name]))
    def hunt(document: bytes) -> None:
        nonlocal last
        last = document
        fed(name, document)

    try:
        hunt()
    except BaseException:
        if num:
            keep(name, last)
        raise


def keep(name: str, document: bytes) -> None:
    """Store what failed, shrunk."""
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    (CORPUS / name / hashlib.sha256(document).hexdigest()[:12]).write_bytes(document)
