"""A training run whose service is killed ends as if nothing had happened, bit for bit.

All seven faults, on two ranks: `deploy/bench/trainer_faults.py`.
"""

import asyncio
from pathlib import Path

import pytest

from tests.support.trainer_faults import NUM_STEPS, Reached, play, service_dies

pytestmark = pytest.mark.slow


async def both(folder: Path) -> tuple[Reached, Reached]:
    async with asyncio.TaskGroup() as group:
        plain = group.create_task(play(folder / "plain", num_ranks=1))
        killed = group.create_task(play(folder / "killed", service_dies, num_ranks=1))
    return plain.result(), killed.result()


def test_a_killed_service_costs_no_bit_of_the_weights_and_no_step(tmp_path: Path):
    plain, killed = asyncio.run(both(tmp_path))
    assert (plain.run.attempt, plain.num_lost) == (1, 0)
    assert plain.num_applied == NUM_STEPS
    assert killed.run.attempt == 2
    assert killed.surviving() == list(range(1, NUM_STEPS + 1))
    assert killed.differences(plain) == []
