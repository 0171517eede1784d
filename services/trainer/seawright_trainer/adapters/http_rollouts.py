"""The orchestrator over HTTP: rollout streams and dataset items."""

from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import RolloutStreamSpec


class HttpRollouts:
    """The port `Rollouts` by the typed client."""

    def __init__(self, client: OrchestratorClient) -> None:
        self._client = client

    async def open_stream(self, spec: RolloutStreamSpec, *, key: str) -> str:
        """Open a stream and return its id; the same key opens the same one."""
        return (await self._client.open_rollout_stream(spec, idempotency_key=key)).id

    async def grant(self, stream_id: str, granted: int) -> None:
        """Allow so many groups in all."""
        await self._client.grant_credits(stream_id, granted)

    async def groups(
        self, stream_id: str, *, after: int, wait_seconds: float
    ) -> list[RolloutGroup]:
        """Return groups above a sequence, waiting for the first."""
        page = await self._client.groups(stream_id, after=after, wait_seconds=wait_seconds)
        return page.groups

    async def close_stream(self, stream_id: str) -> None:
        """Play no more."""
        await self._client.close_rollout_stream(stream_id)

    async def dataset(self, dataset_id: str) -> DatasetVersion:
        """Return a dataset's manifest, or raise `NotFoundError`."""
        return await self._client.dataset(dataset_id)

    async def dialogues(self, dataset_id: str) -> list[Dialogue]:
        """Return all items of an SFT dataset, in order."""
        items: list[Dialogue] = []
        cursor: str | None = None
        while True:
            page = await self._client.dataset_dialogues(dataset_id, cursor=cursor)
            items += page.data
            cursor = page.next_cursor
            if not page.has_more or cursor is None:
                return items
