"""Play several episodes of one task at once; faults are played again, and then left out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from seawright_orchestrator.core.attribution import is_fault
from seawright_orchestrator.core.seeds import derived_id, derived_seed
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlaysEpisodes
from seawright_shared.errors import UnavailableError

NUM_REROLLS = 2
"""How often an episode that ended in a fault is played again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayTrials:
    """Plays `num` episodes of an order. Seeds and ids follow from `scope` and the trial."""

    play: PlaysEpisodes
    is_lost: Callable[[Played], bool] = lambda _: False
    """Whether an episode, all its attempts spent, makes the others of its group worthless."""

    async def __call__(self, order: EpisodeOrder, num: int, scope: str) -> list[Played]:
        """Return one episode per trial, in the order of the trials.

        A lost one is raised as an outage, and the others are ended where they are.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._trial(order, scope, trial)) for trial in range(num)]
        return [task.result() for task in tasks]

    async def _trial(self, order: EpisodeOrder, scope: str, trial: int) -> Played:
        played: Played | None = None
        for attempt in range(1 + NUM_REROLLS):
            numbered = replace(
                order,
                episode_id=derived_id("ep", scope, trial, attempt),
                seed=derived_seed(order.seed, order.task.id, trial, attempt),
            )
            played = await self.play(numbered)
            if not is_fault(played.verdict):
                break
        assert played is not None
        if self.is_lost(played):
            raise UnavailableError(f"episodes fail: {played.verdict.rationale}")
        return played
