"""What synthesis has stored it lets go: memory does not grow with the tasks that are done."""

import gc
from collections import Counter
from pathlib import Path

from seawright_environment.core.stages import Moment
from seawright_orchestrator.usecases.play_episode import Played
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.tasks import Draft, Task
from seawright_shared.records.trajectories import Trajectory
from tests.contract.orchestrator_house import ended, opened, synthesis_spec

HEAVY = (Draft, Task, Trajectory, Played, Moment)
"""What an iteration makes by the hundred."""


def alive() -> Counter[str]:
    """Return how many of them anybody still holds."""
    gc.collect()
    # By type: asking some objects for their class, as isinstance does, warns.
    return Counter(type(one).__name__ for one in gc.get_objects() if type(one) in HEAVY)


async def test_nothing_that_an_iteration_made_outlives_its_storing(tmp_path: Path):
    async with opened(tmp_path) as house:
        before = alive()
        run = await house.client.start_synthesis(
            synthesis_spec(num_iterations=1, candidates_per_iteration=60)
        )
        assert await ended(house.client, run.id) is JobStatus.SUCCEEDED
        done = await house.client.synthesis_run(run.id)
        assert done.num_tasks > 5
        left = alive() - before
        assert left.total() < done.num_tasks // 2, f"still held: {dict(left)}"
