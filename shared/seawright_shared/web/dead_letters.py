"""Routes of dead letters, the same in every service that keeps jobs."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query

from seawright_shared.contracts.jobs import DeadLetter
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.dead_letters import DeadLetters
from seawright_shared.records.ids import LARGEST_ID
from seawright_shared.web.pages import PageDep, page_of, require_key


def dead_letter_routes(letters: DeadLetters) -> APIRouter:
    """Return the routes under /v1/dead-letters."""
    router = APIRouter(prefix="/v1/dead-letters", tags=["dead-letters"])

    @router.get("", operation_id="list_dead_letters")
    async def list_letters(
        page: PageDep,
        is_open: Annotated[
            bool | None, Query(description="Only those that lie there, or were taken up again.")
        ] = None,
    ) -> Page[DeadLetter]:
        """List jobs that were given up, newest first."""
        after = cast("tuple[int] | None", require_key(page.after, [int]))
        below = None if after is None else after[0]
        rows = await letters.newest(below=below, limit=page.limit + 1, is_open=is_open)
        return page_of(rows, page, lambda one: [one.id], lambda one: one)

    @router.post("/{letter_id}/requeue", operation_id="requeue_dead_letter")
    async def requeue(letter_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> DeadLetter:
        """Give a dead job all its attempts again; its run goes on."""
        return await letters.requeue(letter_id)

    return router
