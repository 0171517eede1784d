"""Routes of episodes and trajectories."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from seawright_orchestrator.core.ports import Blobs
from seawright_orchestrator.usecases.ask_episode import AskEpisode
from seawright_orchestrator.usecases.stores import EpisodeFilter, EpisodeStore
from seawright_shared.contracts.orchestrator import Episode, EpisodeRequest
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import NotFoundError
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.web.pages import PageDep

Id = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_.:-]+$")]

TRACE_TYPE = "application/vnd.seawright.trace+msgpack"
TRACE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The trace, encoded in MessagePack.",
        "content": {
            TRACE_TYPE: {"schema": {"type": "string", "format": "binary"}, "example": "(bytes)"}
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRoutes:
    """What the routes stand on."""

    ask: AskEpisode
    episodes: EpisodeStore
    blobs: Blobs


def episode_routes(parts: EpisodeRoutes) -> APIRouter:
    """Return the routes under /v1/episodes and /v1/trajectories."""
    router = APIRouter(prefix="/v1", tags=["episodes"])

    @router.put("/episodes/{episode_id}", status_code=202)
    async def ask(episode_id: Id, wanted: EpisodeRequest, response: Response) -> Episode:
        """Ask for an episode to be played. The same id and request again change nothing."""
        response.headers["Location"] = f"/v1/episodes/{episode_id}"
        return await parts.ask(episode_id, wanted)

    @router.get("/episodes/{episode_id}")
    async def get(episode_id: Id) -> Episode:
        """Return one episode, with trajectory and verdict when it is over."""
        return await parts.episodes.get(episode_id)

    @router.get("/episodes")
    async def page(
        page: PageDep,
        run_id: Annotated[str | None, Query(max_length=80)] = None,
        task_id: Annotated[str | None, Query(max_length=80)] = None,
        is_success: Annotated[bool | None, Query()] = None,
    ) -> Page[Episode]:
        """Return episodes in the order of their storing."""
        wanted = EpisodeFilter(run_id=run_id, task_id=task_id, is_success=is_success)
        return await parts.episodes.page(wanted, page)

    @router.get("/trajectories/{trajectory_id}")
    async def trajectory(trajectory_id: Id) -> Trajectory:
        """Return one recorded episode."""
        return await parts.episodes.trajectory(trajectory_id)

    @router.get("/trajectories/{trajectory_id}/trace", response_class=Response, responses=TRACE)
    async def trace(trajectory_id: Id) -> Response:
        """Return the encoded token trace."""
        found = await parts.episodes.trajectory(trajectory_id)
        if found.trace is None:
            raise NotFoundError(f"trajectory {trajectory_id} was not sampled: it has no trace")
        content = await parts.blobs.get(found.trace)
        return Response(content, media_type=TRACE_TYPE)

    return router
