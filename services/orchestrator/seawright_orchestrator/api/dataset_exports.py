"""Routes of a dataset version's exports and pushes."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from seawright_orchestrator.usecases.exports.export_dataset import ExportDataset
from seawright_orchestrator.usecases.exports.push_dataset import PushDataset
from seawright_shared.contracts.dataset_exports import ExportRequest, Push, PushRequest

Id = Annotated[str, Path(max_length=80)]
ZIP = "application/zip"
ARCHIVE = {"schema": {"type": "string", "format": "binary"}, "example": "PK..."}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRoutes:
    """What the routes stand on."""

    export: ExportDataset
    push: PushDataset


def export_routes(parts: ExportRoutes) -> APIRouter:
    """Return the routes under /v1/datasets that write versions out."""
    router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

    @router.post(
        "/{dataset_id}/exports",
        response_class=FileResponse,
        responses={200: {"content": {ZIP: ARCHIVE}, "description": "The archive."}},
    )
    async def export(dataset_id: Id, request: ExportRequest) -> FileResponse:
        """Return the version as a ZIP archive: the same version gives the same bytes."""
        folder = await parts.export(dataset_id, request.format)
        try:
            path = await asyncio.to_thread(folder.archived)
        except OSError:
            folder.discard()
            raise
        name = f"{dataset_id}-{request.format}.zip"
        discard = BackgroundTask(folder.discard)
        return FileResponse(path, media_type=ZIP, filename=name, background=discard)

    @router.post("/{dataset_id}/pushes", status_code=201)
    async def push(dataset_id: Id, request: PushRequest) -> Push:
        """Push the version to the Hugging Face Hub, under the service's own token."""
        return await parts.push(dataset_id, request)

    return router
