"""Blame failed rollouts on somebody: by replays with the oracle, then with another user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.attribution import (
    EpisodeEvidence,
    attribute,
    needs_other_user,
    needs_replay,
)
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.synthesis.play_episodes import (
    CLEAN_USER,
    ORACLE,
    Play,
    PlayEpisodes,
    is_infrastructure,
)
from seawright_shared.records.verdicts import Attribution

NUM_OTHER_USERS = 2
"""Plays of the same agent with a clean user: one that passes by luck must not clear the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlameEpisodes:
    """Evidence is played, never guessed; a function of its arguments."""

    episodes: PlayEpisodes

    async def __call__(
        self, plays: Sequence[Play], played: Sequence[PlayedEpisode]
    ) -> list[PlayedEpisode]:
        """Return the episodes with each failed one blamed; only an agent's failure has a reward."""
        found = [_evidence(episode) for episode in played]
        failed = [index for index, episode in enumerate(played) if not episode.verdict.ok]
        oracle = await self._passed(
            {
                index: [replace(plays[index], agent=ORACLE)]
                for index in failed
                if not is_clean(plays[index]) and needs_replay(found[index])
            }
        )
        found = [
            replace(one, oracle_passes_same_user=oracle.get(index, one.oracle_passes_same_user))
            for index, one in enumerate(found)
        ]
        others = await self._passed(
            {
                index: [_with_clean_user(plays[index], number) for number in range(NUM_OTHER_USERS)]
                for index in failed
                if plays[index].user.kind == "model" and needs_other_user(found[index])
            }
        )
        return [
            _blamed(episode, replace(one, agent_passes_other_user=others.get(index)))
            for index, (episode, one) in enumerate(zip(played, found, strict=True))
        ]

    async def _passed(self, wanted: Mapping[int, Sequence[Play]]) -> dict[int, bool]:
        """Return whether all plays of an index passed; spoilt by infrastructure: not known."""
        flat = [(index, play) for index, plays in wanted.items() for play in plays]
        results = await self.episodes([play for _, play in flat])
        passed: dict[int, bool] = {}
        unknown: set[int] = set()
        for (index, _), episode in zip(flat, results, strict=True):
            if is_infrastructure(episode):
                unknown.add(index)
            passed[index] = passed.get(index, True) and episode.verdict.ok
        return {index: ok for index, ok in passed.items() if index not in unknown}


def is_clean(play: Play) -> bool:
    """Return whether the oracle already passed with just this user: no slips, no model."""
    return play.user.kind == "scripted" and play.user.slip_rate == 0.0


def _with_clean_user(play: Play, number: int) -> Play:
    seed = derive_seed(play.seed, "other user", number)
    return replace(play, user=CLEAN_USER, seed=seed)


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


def _blamed(episode: PlayedEpisode, evidence: EpisodeEvidence) -> PlayedEpisode:
    if episode.verdict.ok:
        return episode
    blamed = attribute(evidence)
    reward = episode.verdict.reward if blamed is Attribution.AGENT else None
    verdict = episode.verdict.model_copy(update={"attribution": blamed, "reward": reward})
    return replace(episode, verdict=verdict)
