"""A plan's memory is what a run holds: within a tenth, measured on CPU ranks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "step_memory.py"


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"recompute": True},
        {"lora": True, "recompute": True},
        {"mixture": True},
        {"num_ranks": 2},
        {"num_ranks": 2, "num_replicas": 2},
    ],
    ids=str,
)
def test_a_plans_memory_is_within_a_tenth_of_what_is_held(case: dict[str, int], tmp_path: Path):
    ranks = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), json.dumps(case), str(rank), str(tmp_path / "meeting")],
            env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(case.get("num_ranks", 1))
    ]
    for rank in ranks:
        said, wrong = rank.communicate(timeout=300)
        assert rank.returncode == 0, wrong[-2000:]
        told = json.loads(said.splitlines()[-1])
        assert told["planned"] == pytest.approx(told["measured"], rel=0.1), told
