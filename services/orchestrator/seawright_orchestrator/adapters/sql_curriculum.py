"""What the stored groups and evaluations tell of a stream's tasks, and which to draw next."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.tables.episodes import rollout_groups
from seawright_orchestrator.adapters.tables.runs import runs
from seawright_orchestrator.adapters.tables.tasks import dataset_items
from seawright_orchestrator.core.curriculum import PassRates, frontier_draws
from seawright_shared.records.reports import EvaluationReport
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import EvaluationSpec, RolloutStreamSpec


@dataclass(slots=True, kw_only=True)
class StreamMemory:
    """What was read of a stream: rows are never changed, so that reading on is enough."""

    task_ids: list[str]
    rates: PassRates = field(default_factory=PassRates)
    sequence: int = 0
    evaluations: set[str] = field(default_factory=set[str])


class SqlCurriculum:
    """Follows from rows alone: another process, or this one after a restart, knows the same."""

    def __init__(self) -> None:
        self._memories: dict[str, StreamMemory] = {}

    async def chosen(
        self,
        connection: AsyncConnection,
        stream_id: str,
        spec: RolloutStreamSpec,
        draws: Sequence[int],
    ) -> Mapping[int, str]:
        """Return the task of each draw, by what is known now."""
        memory = self._memories.get(stream_id)
        if memory is None:
            memory = StreamMemory(task_ids=await _task_ids(connection, spec.dataset_id))
            self._memories[stream_id] = memory
        await self._read_groups(connection, stream_id, memory)
        await self._read_evaluations(connection, spec, memory)
        return await asyncio.to_thread(_drawn, memory, spec.seed, draws)

    def forget(self, stream_id: str) -> None:
        """Let go of a stream that draws nothing more."""
        self._memories.pop(stream_id, None)

    async def _read_groups(
        self, connection: AsyncConnection, stream_id: str, memory: StreamMemory
    ) -> None:
        table = rollout_groups
        statement = (
            select(table.c.sequence, table.c.rewards, table.c.document)
            .where(table.c.stream_id == stream_id, table.c.sequence > memory.sequence)
            .order_by(table.c.sequence)
        )
        for sequence, rewards, document in (await connection.execute(statement)).all():
            memory.sequence = sequence
            # The true rewards: those of a control stream's members say nothing of the task.
            scored = [reward for reward in json.loads(rewards) if reward is not None]
            group = RolloutGroup.model_validate_json(document)
            if scored:
                version = max(member.max_version for member in group.members)
                memory.rates.add(group.task_id, scored, version)

    async def _read_evaluations(
        self, connection: AsyncConnection, spec: RolloutStreamSpec, memory: StreamMemory
    ) -> None:
        """Take in ended evaluations of the same model; one of no fixed version is of the first."""
        statement = select(runs.c.id, runs.c.spec, runs.c.report).where(
            runs.c.kind == "evaluation",
            runs.c.report.is_not(None),
            runs.c.id.not_in(memory.evaluations),
        )
        ours = set(memory.task_ids)
        for run_id, document, report in (await connection.execute(statement)).all():
            memory.evaluations.add(run_id)
            agent = EvaluationSpec.model_validate_json(document).agent
            if (agent.kind, agent.model) != (spec.agent.kind, spec.agent.model):
                continue
            found = EvaluationReport.model_validate_json(report)
            for task_id, (won, num) in found.per_task.items():
                if task_id in ours and num:
                    rewards = [1.0] * won + [0.0] * (num - won)
                    memory.rates.add(task_id, rewards, agent.version or 0)


async def _task_ids(connection: AsyncConnection, dataset_id: str) -> list[str]:
    statement = (
        select(dataset_items.c.item_id)
        .where(dataset_items.c.dataset_id == dataset_id)
        .order_by(dataset_items.c.position)
    )
    return list((await connection.execute(statement)).scalars())


def _drawn(memory: StreamMemory, seed: int, draws: Sequence[int]) -> Mapping[int, str]:
    weights = memory.rates.weights(memory.task_ids)
    return frontier_draws(memory.task_ids, weights, seed, draws)
