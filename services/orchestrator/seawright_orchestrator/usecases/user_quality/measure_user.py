"""Play every probe with the oracle agent and the user, and measure the user."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.seeds import derived_id, derived_seed
from seawright_orchestrator.core.user_quality.measuring import measured
from seawright_orchestrator.core.user_quality.probes import Probe
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlaysEpisodes
from seawright_orchestrator.usecases.user_quality.draw_probes import DrawProbes
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec
from seawright_shared.records.user_quality import UserQuality, UserQualitySpec
from seawright_shared.records.verdicts import Attribution

NUM_TRIES = 3
"""How often an episode that a service spoiled is played; a user's fault is played once."""
CHUNK = 50
"""Probes after which progress is told."""

Tell = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a report is made of."""

    played: list[Played]
    quality: UserQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureUser:
    """A function of the spec, where the user is one: ids and seeds follow from the report."""

    play: PlaysEpisodes
    draw: DrawProbes

    async def __call__(self, report_id: str, spec: UserQualitySpec, tell: Tell) -> Measured:
        """Return the episodes and the rates; `tell` hears how many probes are done."""
        tasks = await self.draw(spec)
        played: list[Played] = []
        for start in range(0, len(tasks), CHUNK):
            played += await self._chunk(report_id, spec, tasks[start : start + CHUNK])
            await tell(len(played))
        probes = [
            Probe(task=task, trajectory=one.trajectory, verdict=one.verdict)
            for task, one in zip(tasks, played, strict=True)
        ]
        return Measured(played=played, quality=await asyncio.to_thread(measured, probes))

    async def _chunk(
        self, report_id: str, spec: UserQualitySpec, tasks: Sequence[Task]
    ) -> list[Played]:
        async with asyncio.TaskGroup() as group:
            playing = [group.create_task(self._probe(report_id, spec, task)) for task in tasks]
        return [one.result() for one in playing]

    async def _probe(self, report_id: str, spec: UserQualitySpec, task: Task) -> Played:
        order = EpisodeOrder(
            episode_id=derived_id("ep", report_id, task.id),
            task=task,
            agent=AgentSpec(kind="scripted"),
            user=spec.user,
            seed=derived_seed(spec.seed, task.id),
            max_turns=spec.max_turns,
        )
        played = await self.play(order)
        for _ in range(NUM_TRIES - 1):
            if played.verdict.attribution is not Attribution.INFRA:
                break
            played = await self.play(order)
        return played
