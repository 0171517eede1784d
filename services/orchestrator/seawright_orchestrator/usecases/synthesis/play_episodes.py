"""Play and verify episodes, many at once, with failed infrastructure retried."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.ports import EpisodePlayer, PlayedEpisode
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from seawright_shared.records.verdicts import Attribution

MAX_ATTEMPTS = 3
ORACLE = AgentSpec(kind="scripted")
CLEAN_USER = UserSpec(kind="scripted", slip_rate=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One episode to be played."""

    task: Task
    agent: AgentSpec
    user: UserSpec
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEpisodes:
    """Play episodes with bounded concurrency; results come in the order of the plays."""

    player: EpisodePlayer
    max_concurrent: int
    max_turns: int

    async def __call__(self, plays: Sequence[Play]) -> list[PlayedEpisode]:
        """Return one episode per play; one that still failed by infrastructure says so.

        A fault that a player raises ends them all, and is raised as it is.
        """
        slots = asyncio.Semaphore(self.max_concurrent)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._play(play, slots)) for play in plays]
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from faults
        return [task.result() for task in tasks]

    async def _play(self, play: Play, slots: asyncio.Semaphore) -> PlayedEpisode:
        async with slots:
            for _ in range(MAX_ATTEMPTS - 1):
                episode = await self._once(play)
                if not is_infrastructure(episode):
                    return episode
            return await self._once(play)

    async def _once(self, play: Play) -> PlayedEpisode:
        return await self.player.play(play.task, play.agent, play.user, play.seed, self.max_turns)


def is_infrastructure(episode: PlayedEpisode) -> bool:
    """Return whether the episode says nothing about task, user or agent."""
    blamed = episode.verdict.attribution
    if episode.trajectory.stop_reason is StopReason.INFRASTRUCTURE:
        return blamed is not Attribution.ENV
    return blamed is Attribution.INFRA
