"""Routes of dataset versions: manifests, items, data cards, rejects."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse

from seawright_orchestrator.core.dataset_card import data_card
from seawright_orchestrator.usecases.create_dataset import CreateDataset
from seawright_orchestrator.usecases.list_rejects import ListRejects, Reason
from seawright_orchestrator.usecases.stores import DatasetStore
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.contracts.pages import Page
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.web.pages import PageDep

Id = Annotated[str, Path(max_length=80)]
Word = Annotated[str | None, Query(max_length=300)]


class MarkdownResponse(PlainTextResponse):
    """Markdown, as the document says of it."""

    media_type = "text/markdown"


CARD: dict[int | str, dict[str, Any]] = {
    200: {"content": {MarkdownResponse.media_type: {"example": "# retail-first\n\n214 tasks."}}}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRoutes:
    """What the routes stand on."""

    datasets: DatasetStore
    create: CreateDataset
    rejects: ListRejects


def dataset_routes(parts: DatasetRoutes) -> APIRouter:
    """Return the routes under /v1/datasets that read and make versions."""
    router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

    @router.post("", status_code=201)
    async def create(spec: DatasetSpec, response: Response) -> DatasetVersion:
        """Make a dataset version; the same content is the same version."""
        version = await parts.create(spec)
        response.headers["Location"] = f"/v1/datasets/{version.id}"
        return version

    @router.get("")
    async def datasets(page: PageDep) -> Page[DatasetVersion]:
        """Return dataset versions, newest first."""
        return await parts.datasets.page(page)

    @router.get("/{dataset_id}")
    async def dataset(dataset_id: Id) -> DatasetVersion:
        """Return a manifest."""
        return await parts.datasets.get(dataset_id)

    @router.get("/{dataset_id}/card", response_class=MarkdownResponse, responses=CARD)
    async def card(dataset_id: Id) -> MarkdownResponse:
        """Return the data card, in Markdown."""
        text = data_card(await parts.datasets.get(dataset_id))
        return MarkdownResponse(text)

    @router.get("/{dataset_id}/rejects")
    async def rejects(
        dataset_id: Id,
        page: PageDep,
        stage: Word = None,
        cause: Word = None,
        attribution: Word = None,
    ) -> Page[RejectedDraft]:
        """Return drafts that the version's runs refused, by the reasons of its funnel."""
        reason = Reason(stage=stage, cause=cause, attribution=attribution)
        return await parts.rejects(dataset_id, reason, page)

    @router.get("/{dataset_id}/items")
    async def items(dataset_id: Id, page: PageDep) -> Page[Task] | Page[Dialogue]:
        """Return the items in order: tasks or dialogues, by the version's kind."""
        version = await parts.datasets.get(dataset_id)
        if version.kind == "rl_tasks":
            return await parts.datasets.tasks_page(dataset_id, page)
        return await parts.datasets.dialogues_page(dataset_id, page)

    return router
