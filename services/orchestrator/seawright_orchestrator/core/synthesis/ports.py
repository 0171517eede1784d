"""What synthesis asks of the world: drafts, task checks, played episodes."""

from dataclasses import dataclass
from typing import Protocol

from seawright_shared.contracts.environment import DraftRequest, TaskCheckRequest, TaskCheckResult
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Draft, Task
from seawright_shared.records.trajectories import AgentSpec, Trajectory, UserSpec
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedEpisode:
    """One finished play of a task, verified."""

    trajectory: Trajectory
    verdict: Verdict


class DraftSource(Protocol):
    """Draws drafts, reproducibly by the request's seed."""

    async def draw(self, request: DraftRequest) -> list[Draft]:
        """Return up to `request.num` drafts."""
        ...


class TaskChecker(Protocol):
    """Runs the environment's task checks."""

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        """Return one result per draft, in the order of the drafts."""
        ...


class Benchmarks(Protocol):
    """Keeps a benchmark's people and orders out of what is made (the firewall)."""

    async def names(self, database: DatabaseRef) -> frozenset[str]:
        """Return the ids that no draft on this database may name."""
        ...


class EpisodePlayer(Protocol):
    """Plays one episode and verifies it.

    A failed service is an outcome here: `StopReason.INFRASTRUCTURE`, never an exception.
    """

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        """Return the recorded episode with its verdict."""
        ...
