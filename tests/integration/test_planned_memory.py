"""A plan's memory is what a run holds: within a tenth, measured on one CPU rank."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "step_memory.py"


@pytest.mark.parametrize("recomputed", ["0", "1"])
def test_a_plans_memory_is_within_a_tenth_of_what_is_held(recomputed: str):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), recomputed],
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["planned"] == pytest.approx(told["measured"], rel=0.1), told
