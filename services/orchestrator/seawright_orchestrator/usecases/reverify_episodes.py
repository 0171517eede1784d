"""Judge stored episodes again, and say whether anything is judged otherwise today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from seawright_orchestrator.core.attribution import attributed
from seawright_orchestrator.core.dialogue import without_reasoning
from seawright_orchestrator.usecases.stores import EpisodeStore, TaskStore
from seawright_shared.contracts.orchestrator import Episode
from seawright_shared.contracts.reverifications import Reverification
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason, Trajectory
from seawright_shared.records.verdicts import Verdict

COMPARED = ("ok", "reward", "failure_class", "attribution", "final_state_hash", "checks")
"""What makes two verdicts the same; the time that they took does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOrder:
    """One play of a task, to be judged."""

    task: Task
    messages: Sequence[Message]
    stop: StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Why there is no verdict."""

    reason: str


class Judge(Protocol):
    """Judges many plays at once."""

    async def judge(self, orders: Sequence[JudgeOrder]) -> list[Verdict | Unjudged]:
        """Return what came of each, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverifyEpisodes:
    """Replays through the environment; nothing that is stored changes."""

    episodes: EpisodeStore
    tasks: TaskStore
    judge: Judge

    async def one(self, episode_id: str) -> Reverification:
        """Judge one episode again, or raise `NotFoundError`."""
        return (await self.several([await self.episodes.get(episode_id)]))[0]

    async def several(self, episodes: Sequence[Episode]) -> list[Reverification]:
        """Judge episodes again, in order."""
        judged = [each for each in episodes if _skipped(each) is None]
        tasks = await self.tasks.several([each.task_id for each in judged])
        orders = [_order(each, task) for each, task in zip(judged, tasks, strict=True)]
        found = await self.judge.judge(orders) if orders else []
        again = dict(zip([each.id for each in judged], found, strict=True))
        return [_compared(each, again.get(each.id)) for each in episodes]


def _skipped(episode: Episode) -> str | None:
    if episode.trajectory is None or episode.verdict is None:
        return "it is not played yet"
    if episode.trajectory.fault is not None:
        return f"it ended by a fault: {episode.trajectory.fault}"
    return None


def _played(episode: Episode) -> Trajectory:
    assert episode.trajectory is not None
    return episode.trajectory


def _order(episode: Episode, task: Task) -> JudgeOrder:
    played = _played(episode)
    return JudgeOrder(
        task=task, messages=without_reasoning(played.messages), stop=played.stop_reason
    )


def _compared(episode: Episode, found: Verdict | Unjudged | None) -> Reverification:
    skipped = _skipped(episode)
    if skipped is not None or found is None:
        reason = skipped or "it was not judged"
        return Reverification(episode_id=episode.id, outcome="skipped", reason=reason)
    stored = episode.verdict
    if isinstance(found, Unjudged):
        return Reverification(
            episode_id=episode.id, outcome="failed", reason=found.reason, stored=stored
        )
    played = _played(episode)
    now = attributed(found, played.agent, played.slips)
    changed = [name for name in COMPARED if getattr(stored, name) != getattr(now, name)]
    return Reverification(
        episode_id=episode.id,
        outcome="changed" if changed else "same",
        reason=", ".join(changed),
        stored=stored,
        now=now,
    )
