"""What several conformance tests read."""

import pytest

from tests.support.tau2_vectors import FOLDER


@pytest.fixture
def tau2_policy_lines() -> set[str]:
    """Return the lines of tau2-bench's retail policy."""
    path = FOLDER / "data" / "domains" / "retail" / "policy.md"
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
