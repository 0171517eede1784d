"""What synthesis asks of the world: drafts, task checks, played episodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.contracts.environment import DraftRequest, TaskCheckRequest, TaskCheckResult
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.specs import SynthesisSpec
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


class KnownWishes(Protocol):
    """Remembers which wishes were accepted, however many: looked up by hash, never listed."""

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys that were accepted before."""
        ...


class Planner(Protocol):
    """Writes the plan pairs that a run starts with. A stand-in for the drawn ones."""

    async def streams(self, run_id: str, spec: SynthesisSpec, domain: Domain) -> list[PlanStream]:
        """Return `spec.num_streams` streams, each plan written with the earlier ones in view."""
        ...


class TaskJudge(Protocol):
    """Reads tasks that passed every computed check: do words, gold and difference agree?"""

    async def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """Return one verdict per task, in order; one that nobody could give is `ok`."""
        ...


class TrajectoryJudge(Protocol):
    """Reads played episodes. Replay decides; where a judge differs, the judge is blamed."""

    async def judge(self, task: Task, episode: PlayedEpisode) -> Verdict | None:
        """Return the committee's verdict, or None where it has none."""
        ...


class Models(Protocol):
    """The models that a run may ask."""

    def objection(self, llm: LlmSpec) -> str | None:
        """Say why an endpoint may not be asked."""
        ...

    def planner(self, llm: LlmSpec) -> Planner:
        """Return the planner that asks this model."""
        ...
