"""Import tau2-bench's task documents and simulation runs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_completion import completed_task
from seawright_environment.core.tau2_trajectories import Players, import_run
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory


@dataclass(frozen=True, slots=True)
class ImportTau2Tasks:
    """Works off the event loop: gold is run for what it changes."""

    databases: Databases

    async def __call__(
        self, domain: str, documents: Sequence[JsonObject], ref: DatabaseRef | None = None
    ) -> list[Task]:
        """Return the tasks in order, or raise `InvalidRequestError` naming the wrong field."""
        wanted = ref or DatabaseRef(domain=domain, source="tau2")
        return await asyncio.to_thread(self._import, documents, wanted)

    def _import(self, documents: Sequence[JsonObject], ref: DatabaseRef) -> list[Task]:
        base = self.databases.load(ref)
        return [
            completed_task(base, document, ref, f"/documents/{index}")
            for index, document in enumerate(documents)
        ]


async def import_tau2_runs(
    documents: Sequence[JsonObject], task_ids: Mapping[str, str], players: Players
) -> list[Trajectory]:
    """Return the trajectories in order, or raise `InvalidRequestError` naming the wrong field."""

    def imported() -> list[Trajectory]:
        return [
            import_run(document, task_ids, players, f"/simulations/{index}")
            for index, document in enumerate(documents)
        ]

    return await asyncio.to_thread(imported)
