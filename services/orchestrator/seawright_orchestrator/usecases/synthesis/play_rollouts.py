"""Roll accepted tasks out with the run's agent and user, and route what fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.ports import PlayedEpisode, TrajectoryJudge
from seawright_orchestrator.core.synthesis.routing import ROUTES
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.synthesis.blame_episodes import BlameEpisodes
from seawright_orchestrator.usecases.synthesis.play_episodes import Play, PlayEpisodes
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution

NUM_REROLLS = ROUTES[Attribution.USER].num_rerolls


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledOut:
    """A task with its episodes, each failed one blamed on somebody."""

    task: Task
    episodes: tuple[PlayedEpisode, ...] = ()
    """Without those that infrastructure spoilt."""
    num_lost: int = 0
    """Rollouts that infrastructure spoilt on every attempt."""
    num_misjudged: int = 0
    """Episodes of which a judge said what replay does not: the judge's fault, not theirs."""

    @property
    def task_fault(self) -> PlayedEpisode | None:
        """The first episode that speaks against the task, its checker or its tools."""
        return next((one for one in self.episodes if not _keeps_task(one)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRollouts:
    """The trajectory side of verification; a function of its arguments."""

    episodes: PlayEpisodes
    judge: TrajectoryJudge | None = None

    async def __call__(self, tasks: Sequence[Task], spec: SynthesisSpec) -> list[RolledOut]:
        """Return one record per task, in order."""
        rolled = [RolledOut(task=task) for task in tasks]
        wanted = [
            (index, number)
            for index in range(len(tasks))
            for number in range(spec.rollouts_per_task)
        ]
        for reroll in range(NUM_REROLLS + 1):
            plays = [_play(tasks[index], spec, number, reroll) for index, number in wanted]
            played = await self.episodes(plays)
            if spec.verification:
                played = await BlameEpisodes(episodes=self.episodes)(plays, played)
            again: list[tuple[int, int]] = []
            misjudged = await self._misjudged([tasks[index] for index, _ in wanted], played)
            for place, episode in enumerate(played):
                index, number = wanted[place]
                rolled[index] = _with(rolled[index], episode, is_misjudged=misjudged[place])
                if episode.verdict.attribution is Attribution.USER:
                    again.append((index, number))
            wanted = again
        return rolled

    async def _misjudged(
        self, tasks: Sequence[Task], played: Sequence[PlayedEpisode]
    ) -> list[bool]:
        """Return where the judges say what replay does not; replay has the last word."""
        judge = self.judge
        if judge is None:
            return [False] * len(played)
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(judge.judge(task, episode))
                for task, episode in zip(tasks, played, strict=True)
            ]
        opinions = [one.result() for one in asked]
        return [
            opinion is not None
            and episode.verdict.attribution is not Attribution.INFRA
            and opinion.ok != episode.verdict.ok
            for opinion, episode in zip(opinions, played, strict=True)
        ]


def _keeps_task(episode: PlayedEpisode) -> bool:
    blamed = episode.verdict.attribution
    return blamed is None or ROUTES[blamed].keeps_task


def _play(task: Task, spec: SynthesisSpec, number: int, reroll: int) -> Play:
    seed = derive_seed(spec.seed, "rollout", task.id, number, reroll)
    return Play(task=task, agent=spec.agent, user=spec.user, seed=seed)


def _with(rolled: RolledOut, episode: PlayedEpisode, *, is_misjudged: bool) -> RolledOut:
    rolled = replace(rolled, num_misjudged=rolled.num_misjudged + is_misjudged)
    if episode.verdict.attribution is Attribution.INFRA:
        return replace(rolled, num_lost=rolled.num_lost + 1)
    return replace(rolled, episodes=(*rolled.episodes, episode))
