"""Routes of re-verification."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path

from seawright_orchestrator.usecases.reverify_episodes import Judge, ReverifyEpisodes
from seawright_orchestrator.usecases.stores import EpisodeFilter, EpisodeStore, TaskStore
from seawright_shared.contracts.reverifications import (
    Reverification,
    ReverificationPage,
    ReverificationRequest,
)
from seawright_shared.web.pages import PageDep

Id = Annotated[str, Path(max_length=80, pattern=r"^[A-Za-z0-9_.:-]+$")]


def reverification_routes(episodes: EpisodeStore, tasks: TaskStore, judge: Judge) -> APIRouter:
    """Return the routes."""
    reverify = ReverifyEpisodes(episodes=episodes, tasks=tasks, judge=judge)
    router = APIRouter(prefix="/v1", tags=["episodes"])

    @router.post("/episodes/{episode_id}/reverify", operation_id="reverify_episode")
    async def reverify_episode(episode_id: Id) -> Reverification:
        """Judge a stored episode again. What is stored does not change."""
        return await reverify.one(episode_id)

    @router.post("/reverifications", operation_id="reverify_episodes")
    async def reverify_episodes(
        request: ReverificationRequest, page: PageDep
    ) -> ReverificationPage:
        """Judge a page of stored episodes again, and count how many are judged otherwise."""
        wanted = EpisodeFilter(run_id=request.run_id, task_id=request.task_id)
        found = await episodes.page(wanted, page)
        results = await reverify.several(found.data)
        counts = Counter(result.outcome for result in results)
        return ReverificationPage(
            data=results,
            num_same=counts["same"],
            num_changed=counts["changed"],
            num_skipped=counts["skipped"],
            num_failed=counts["failed"],
            next_cursor=found.next_cursor,
            has_more=found.has_more,
        )

    return router
