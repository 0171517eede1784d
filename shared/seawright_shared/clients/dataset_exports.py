"""The typed client of what a dataset version is beside its items: card, rejects, exports."""

from seawright_shared.clients.paging import Params, paged
from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.dataset_exports import ExportRequest, Push, PushRequest
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.contracts.pages import Page

TIMEOUT_SECONDS = 900.0
"""Writing or pushing a large version takes a while."""


class DatasetExportsClient:
    """One method per route."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def card(self, dataset_id: str) -> str:
        """Return a version's data card, in Markdown."""
        return (await self._peer.get_bytes(f"/v1/datasets/{segment(dataset_id)}/card")).decode()

    async def rejects(
        self,
        dataset_id: str,
        *,
        stage: str | None = None,
        cause: str | None = None,
        attribution: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[RejectedDraft]:
        """Return a page of what a version's runs refused, by the reasons of its funnel."""
        params: Params = {
            **paged(cursor, limit),
            "stage": stage,
            "cause": cause,
            "attribution": attribution,
        }
        path = f"/v1/datasets/{segment(dataset_id)}/rejects"
        return await self._peer.get(path, Page[RejectedDraft], params=params)

    async def export(self, dataset_id: str, request: ExportRequest) -> bytes:
        """Return a version as a ZIP archive; the same version gives the same bytes."""
        return await self._peer.post_bytes(
            f"/v1/datasets/{segment(dataset_id)}/exports",
            request.model_dump_json().encode(),
            "application/json",
            idempotency_key=f"{dataset_id}-{request.format}",
            timeout_seconds=TIMEOUT_SECONDS,
        )

    async def push(self, dataset_id: str, request: PushRequest) -> Push:
        """Push a version to the Hugging Face Hub under the service's own token."""
        path = f"/v1/datasets/{segment(dataset_id)}/pushes"
        return await self._peer.post(path, request, Push, timeout_seconds=TIMEOUT_SECONDS)
