"""Drills that tests in other places hold: they are run again here, so that the table is whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Measured

ROOT = Path(__file__).parents[2]
HELD = {
    9: "tests/contract/test_policy_vllm.py tests/unit/policy/adapters/test_vllm_engine.py"
    " -k hang or stall or silent or deadline or slow",
    10: "tests/contract/test_policy_vllm.py tests/unit/policy/adapters/test_vllm_engine.py"
    " -k spoil or logprob or wrong or vocabulary or lie",
    11: "tests/contract/test_policy_vllm.py -k weights or version or update",
    12: "tests/contract/test_orchestrator.py -k user",
    16: "tests/contract/test_environment_hostile.py tests/unit/environment/adapters/sandbox",
    17: "tests/contract/test_access.py",
    20: "tests/unit/shared/jobs/test_states.py tests/integration/jobs/test_ends.py",
    23: "tests/integration/test_trainer_ranks.py tests/integration/test_trainer_orphans.py",
    24: "tests/e2e/test_episode_kill.py",
    26: "tests/unit/shared/telemetry/test_logs.py tests/contract/test_access.py -k secret or never",
    28: "tests/contract/test_orchestrator_reverification.py",
}


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    ("number", "where"),
    [pytest.param(n, where, marks=pytest.mark.drills(n)) for n, where in HELD.items()],
)
def test_what_other_tests_hold_holds(number: int, where: str, measured: Measured):
    paths, _, words = where.partition(" -k ")
    chosen = ["-k", words] if words else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths.split(), *chosen],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=1400,
    )
    last = done.stdout.strip().splitlines()[-1]
    passed = re.search(r"(\d+) passed", last)
    measured(f"{last}: `{where}`")
    assert done.returncode == 0, done.stdout[-3000:]
    assert passed, "no test was chosen"
