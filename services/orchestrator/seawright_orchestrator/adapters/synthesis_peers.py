"""What synthesis asks of the world: drafts and checks of the environment, episodes of a run."""

from dataclasses import dataclass

from seawright_orchestrator.core.seeds import derived_id, derived_seed
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, PlaysEpisodes
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.contracts.environment import DraftRequest, TaskCheckRequest, TaskCheckResult
from seawright_shared.errors import UnavailableError
from seawright_shared.records.base import content_hash
from seawright_shared.records.contamination import benchmark_names
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Draft, Task
from seawright_shared.records.trajectories import AgentSpec, UserSpec
from seawright_shared.records.verdicts import Attribution

CHECK_TIMEOUT_SECONDS = 300.0
NUM_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDrafts:
    """Draws drafts."""

    client: EnvironmentClient

    async def draw(self, request: DraftRequest) -> list[Draft]:
        """Return up to `request.num` drafts."""
        return (await self.client.draw_drafts(request)).drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentChecker:
    """Runs the environment's task checks."""

    client: EnvironmentClient

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        """Return one result per draft, in the order of the drafts."""
        response = await self.client.check_tasks(request, timeout_seconds=CHECK_TIMEOUT_SECONDS)
        return response.results


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentBenchmarks:
    """Knows whom a benchmark's own tasks name."""

    client: EnvironmentClient

    async def names(self, database: DatabaseRef) -> frozenset[str]:
        """Return the ids that no draft on this database may name; none on a generated one."""
        if database.source != "tau2":
            return frozenset()
        return benchmark_names((await self.client.tau2_tasks(database.domain)).tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedPlayer:
    """Plays the episodes of one run. Ids follow from what is played: a retry makes the same.

    An episode that a service's failure spoiled is played again with the same seed. When that
    does not help, the iteration is given up to be repeated whole: its yield must not depend
    on who was down.
    """

    play_episode: PlaysEpisodes
    scope: str

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        """Return the recorded episode with its verdict."""
        players = content_hash({"agent": agent.model_dump(mode="json"), "user": user.model_dump()})
        order = EpisodeOrder(
            episode_id=derived_id("ep", self.scope, task.id, players, seed, max_turns),
            task=task,
            agent=agent,
            user=user,
            seed=derived_seed(seed, task.id),
            max_turns=max_turns,
        )
        why = ""
        for _ in range(NUM_TRIES):
            played = await self.play_episode(order)
            if played.verdict.attribution != Attribution.INFRA:
                return PlayedEpisode(trajectory=played.trajectory, verdict=played.verdict)
            why = played.verdict.rationale
        raise UnavailableError(f"episodes of task {task.id} fail: {why}")
