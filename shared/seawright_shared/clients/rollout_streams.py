"""Rollout streams: the supply of groups that a trainer draws on."""

from seawright_shared.clients.calls import Params
from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.orchestrator import CreditsRequest, GroupPage, RolloutStream
from seawright_shared.records.ids import new_id
from seawright_shared.records.specs import RolloutStreamSpec


def _at(stream_id: str) -> str:
    return f"/v1/rollout-streams/{segment(stream_id)}"


class RolloutStreamCalls:
    """The calls of one orchestrator's streams."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    async def open_rollout_stream(
        self, spec: RolloutStreamSpec, *, idempotency_key: str | None = None
    ) -> RolloutStream:
        """Open a supply of groups. It plays nothing before credits are granted."""
        key = idempotency_key or new_id("key")
        return await self.peer.post("/v1/rollout-streams", spec, RolloutStream, idempotency_key=key)

    async def rollout_stream(self, stream_id: str) -> RolloutStream:
        """Return one stream."""
        return await self.peer.get(_at(stream_id), RolloutStream)

    async def grant_credits(self, stream_id: str, granted: int) -> RolloutStream:
        """Allow `granted` groups in all, since the stream was opened."""
        body = CreditsRequest(granted=granted)
        return await self.peer.put(f"{_at(stream_id)}/credits", body, RolloutStream)

    async def groups(
        self, stream_id: str, *, after: int = 0, wait_seconds: float = 0.0, limit: int = 64
    ) -> GroupPage:
        """Return groups with a sequence above `after`, waiting up to `wait_seconds` for one.

        Sequences start at 1, follow the order of completion and have no holes.
        """
        params: Params = {"after": after, "wait_seconds": wait_seconds, "limit": limit}
        return await self.peer.get(f"{_at(stream_id)}/groups", GroupPage, params=params)

    async def close_rollout_stream(self, stream_id: str) -> RolloutStream:
        """Close the stream: groups not yet begun are never played."""
        return await self.peer.post(f"{_at(stream_id)}/close", None, RolloutStream)
