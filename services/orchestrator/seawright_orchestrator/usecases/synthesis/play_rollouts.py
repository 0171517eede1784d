"""Roll accepted tasks out with the run's agent and user, and route what fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.attribution import (
    EpisodeEvidence,
    attribute,
    needs_replay,
)
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.synthesis.play_episodes import (
    ORACLE,
    Play,
    PlayEpisodes,
    is_infrastructure,
)
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution

NUM_REROLLS = 1
"""More plays of a rollout that the user spoilt; the spoilt one is kept for user training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledOut:
    """A task with its episodes, each failed one blamed on somebody."""

    task: Task
    episodes: tuple[PlayedEpisode, ...] = ()
    """Without those that infrastructure spoilt."""
    num_lost: int = 0
    """Rollouts that infrastructure spoilt on every attempt."""

    @property
    def task_fault(self) -> PlayedEpisode | None:
        """The first episode that speaks against the task, its checker or its tools."""
        faults = {Attribution.TASK, Attribution.CHECKER, Attribution.ENV}
        found = (one for one in self.episodes if one.verdict.attribution in faults)
        return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRollouts:
    """The trajectory side of verification; a function of its arguments."""

    episodes: PlayEpisodes

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
            played = await self._blamed(plays, verify=spec.verification)
            again: list[tuple[int, int]] = []
            for (index, number), episode in zip(wanted, played, strict=True):
                rolled[index] = _with(rolled[index], episode)
                if episode.verdict.attribution is Attribution.USER:
                    again.append((index, number))
            wanted = again
        return rolled

    async def _blamed(self, plays: Sequence[Play], *, verify: bool) -> list[PlayedEpisode]:
        played = await self.episodes(plays)
        if not verify:
            return played
        pairs = list(zip(plays, played, strict=True))
        replays = {
            index: replace(play, agent=ORACLE)
            for index, (play, episode) in enumerate(pairs)
            if not episode.verdict.ok and not is_clean(play) and needs_replay(_evidence(episode))
        }
        results = await self.episodes(list(replays.values()))
        passed = {index: result.verdict.ok for index, result in zip(replays, results, strict=True)}
        return [
            _with_blame(episode, replace(_evidence(episode), oracle_passes_same_user=passed.get(i)))
            for i, episode in enumerate(played)
        ]


def is_clean(play: Play) -> bool:
    """Return whether the oracle already passed with just this user: no slips, no model."""
    return play.user.kind == "scripted" and play.user.slip_rate == 0.0


def _play(task: Task, spec: SynthesisSpec, number: int, reroll: int) -> Play:
    seed = derive_seed(spec.seed, "rollout", task.id, number, reroll)
    return Play(task=task, agent=spec.agent, user=spec.user, seed=seed)


def _evidence(episode: PlayedEpisode) -> EpisodeEvidence:
    blamed = episode.verdict.attribution
    has_slipped = any(slip.by == "user" for slip in episode.trajectory.slips)
    return EpisodeEvidence(
        stop_reason=episode.trajectory.stop_reason,
        is_infrastructure_fault=is_infrastructure(episode),
        is_user_slip=has_slipped or blamed is Attribution.USER,
        is_tool_broken=blamed is Attribution.ENV,
        gold_passes=False if blamed is Attribution.CHECKER else None,
        oracle_passes=True,
    )


def _with_blame(episode: PlayedEpisode, evidence: EpisodeEvidence) -> PlayedEpisode:
    """Blame a failed episode; only the agent's own failures keep a reward."""
    if episode.verdict.ok:
        return episode
    blamed = attribute(evidence)
    reward = episode.verdict.reward if blamed is Attribution.AGENT else None
    verdict = episode.verdict.model_copy(update={"attribution": blamed, "reward": reward})
    return replace(episode, verdict=verdict)


def _with(rolled: RolledOut, episode: PlayedEpisode) -> RolledOut:
    if episode.verdict.attribution is Attribution.INFRA:
        return replace(rolled, num_lost=rolled.num_lost + 1)
    return replace(rolled, episodes=(*rolled.episodes, episode))
