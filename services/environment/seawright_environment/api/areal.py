"""Routes of the AReaL-tau2 data, where a user has it."""

from typing import Annotated

from fastapi import APIRouter, Query

from seawright_environment.core.areal_rows import Cursor
from seawright_environment.usecases.import_areal import ImportAreal
from seawright_shared.contracts.exchange import (
    ArealDialogues,
    ArealSnapshot,
    ArealSnapshots,
    ArealTasks,
    RefusedGold,
)

Domain = Annotated[str, Query(max_length=80, description="airline, retail or telecom.")]
After = Annotated[str, Query(max_length=40, description="A page's `next_after`.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


def areal_routes(areal: ImportAreal) -> APIRouter:
    """Return the routes. They answer 404 where the data is not here."""
    router = APIRouter(prefix="/v1", tags=["exchange"])

    @router.get("/areal-tasks", operation_id="list_areal_tasks")
    async def tasks(domain: Domain, after: After = "0-0", limit: Limit = 200) -> ArealTasks:
        """Show RL rows as tasks, each on its own database; 422 names a wrong row and field."""
        page = await areal.tasks(domain, Cursor.parsed(after), limit)
        return ArealTasks(
            tasks=[each.task for each in page.tasks],
            refused=[
                RefusedGold(
                    index=index,
                    line=each.line,
                    action_id=action.action_id,
                    name=action.name,
                    error=action.error,
                )
                for index, each in enumerate(page.tasks)
                for action in each.refused
            ],
            next_after=None if page.next_after is None else str(page.next_after),
        )

    @router.get("/areal-dialogues", operation_id="list_areal_dialogues")
    async def dialogues(domain: Domain, after: After = "0-0", limit: Limit = 200) -> ArealDialogues:
        """Show SFT rows as dialogues; those of failed dialogues are counted and left out."""
        page = await areal.dialogues(domain, Cursor.parsed(after), limit)
        return ArealDialogues(
            dialogues=page.dialogues,
            num_read=page.num_read,
            num_failed=page.num_failed,
            next_after=None if page.next_after is None else str(page.next_after),
        )

    @router.get("/areal-snapshots", operation_id="list_areal_snapshots")
    async def snapshots() -> ArealSnapshots:
        """Show the database files, each against tau2-bench's own database of its domain."""
        found = [
            ArealSnapshot(
                name=each.name,
                domain=each.domain,
                sha256=each.sha256,
                is_base=each.is_base,
                num_changes=len(each.patch),
                num_entities=each.num_entities,
                num_shared=each.num_shared,
            )
            for each in await areal.snapshots()
        ]
        return ArealSnapshots(snapshots=found)

    return router
