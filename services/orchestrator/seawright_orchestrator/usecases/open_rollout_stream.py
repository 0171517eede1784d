"""Open a supply of rollout groups over the tasks of a dataset version."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.usecases.check_agent import CheckAgent
from seawright_orchestrator.usecases.start_evaluation import rl_task_ids
from seawright_orchestrator.usecases.stores import DatasetStore, RolloutStore
from seawright_shared.contracts.orchestrator import RolloutStream
from seawright_shared.records.ids import NewId
from seawright_shared.records.specs import RolloutStreamSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRolloutStream:
    """Two steps: what needs peers comes before the transaction."""

    rollouts: RolloutStore
    datasets: DatasetStore
    check_agent: CheckAgent
    new_id: NewId

    async def prepare(self, spec: RolloutStreamSpec) -> None:
        """Raise naming the field that is wrong."""
        await rl_task_ids(self.datasets, spec.dataset_id)
        await self.check_agent(spec.agent)

    async def store(self, connection: AsyncConnection, spec: RolloutStreamSpec) -> RolloutStream:
        """Store the stream in the caller's transaction."""
        return await self.rollouts.create(connection, self.new_id("rstr"), spec)
