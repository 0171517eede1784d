"""Accept one episode to be played, after its request was found possible."""

from dataclasses import dataclass

from seawright_orchestrator.core.refusals import refused
from seawright_orchestrator.usecases.check_agent import CheckAgent
from seawright_orchestrator.usecases.stores import EpisodeStore, TaskStore
from seawright_shared.contracts.orchestrator import Episode, EpisodeRequest
from seawright_shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEpisode:
    """Idempotent by the episode's id."""

    tasks: TaskStore
    episodes: EpisodeStore
    check_agent: CheckAgent

    async def __call__(self, episode_id: str, request: EpisodeRequest) -> Episode:
        """Return the episode, queued or further on."""
        try:
            task = await self.tasks.get(request.task_id)
        except NotFoundError as error:
            raise refused("/task_id", "unknown-task", error.detail) from error
        if request.agent.kind == "scripted" and task.solution is None:
            raise refused("/agent/kind", "no-solution", "the task has no solution to be played")
        await self.check_agent(request.agent)
        return await self.episodes.ask(episode_id, request)
