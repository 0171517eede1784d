"""Grade recorded runs again by tau2-bench's evaluation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_grading import Replay, grade_run
from seawright_environment.usecases.list_tau2_tasks import Tau2Source
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.gradings import Tau2Grading


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTau2Runs:
    """Works off the event loop. A run that cannot be graded stops no other."""

    databases: Databases
    source: Tau2Source

    async def __call__(
        self,
        ref: DatabaseRef,
        runs: Sequence[JsonObject],
        tasks: Sequence[JsonObject] | None,
        replay: Replay,
    ) -> list[Tau2Grading]:
        """Return the gradings in order. Without `tasks`, the domain's current ones decide."""
        return await asyncio.to_thread(self._grade, ref, runs, tasks, replay)

    def _grade(
        self,
        ref: DatabaseRef,
        runs: Sequence[JsonObject],
        tasks: Sequence[JsonObject] | None,
        replay: Replay,
    ) -> list[Tau2Grading]:
        base = self.databases.load(ref)
        known = self.source.tasks(base.content.tau2_data) if tasks is None else tasks
        by_id = {str(task.get("id")): task for task in known}
        return [
            grade_run(
                base, by_id.get(str(run.get("task_id"))), run, replay, f"/simulations/{index}"
            )
            for index, run in enumerate(runs)
        ]
