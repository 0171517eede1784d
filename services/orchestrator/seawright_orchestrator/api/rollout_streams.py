"""Routes of rollout streams: open, grant credits, fetch groups, close."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.usecases.follow_groups import FollowGroups
from seawright_orchestrator.usecases.open_rollout_stream import OpenRolloutStream
from seawright_orchestrator.usecases.stores import RolloutStore
from seawright_shared.contracts.orchestrator import CreditsRequest, GroupPage, RolloutStream
from seawright_shared.contracts.pages import Page
from seawright_shared.jobs.events import EventLog
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.specs import RolloutStreamSpec
from seawright_shared.web.events import EVENT_REPLIES, EventDep, respond_events
from seawright_shared.web.idempotency import KEY_REQUIRED, Idempotency, Reply

StreamId = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRoutes:
    """What the routes stand on."""

    start: OpenRolloutStream
    rollouts: RolloutStore
    follow: FollowGroups
    events: EventLog
    idempotency: Idempotency


def rollout_routes(parts: RolloutRoutes) -> APIRouter:
    """Return the routes under /v1/rollout-streams."""
    router = APIRouter(prefix="/v1/rollout-streams", tags=["rollouts"])

    @router.post("", status_code=201, response_model=RolloutStream, openapi_extra=KEY_REQUIRED)
    async def start(spec: RolloutStreamSpec, request: Request) -> Response:
        """Open a stream. Needs an Idempotency-Key: repeated, it returns the first stream."""
        await parts.start.prepare(spec)

        async def act(connection: AsyncConnection) -> Reply:
            stream = await parts.start.store(connection, spec)
            location = {"Location": f"{router.prefix}/{stream.id}"}
            return Reply(status=201, body=stream, headers=location)

        return await parts.idempotency.once(request, act, required=True)

    @router.get("/{stream_id}")
    async def get(stream_id: StreamId) -> RolloutStream:
        """Return one stream."""
        return await parts.rollouts.get(stream_id)

    @router.put("/{stream_id}/credits")
    async def grant(stream_id: StreamId, credit: CreditsRequest) -> RolloutStream:
        """Allow so many groups in all, ever; a repetition grants nothing twice."""
        return await parts.rollouts.grant(stream_id, credit.granted)

    @router.get("/{stream_id}/groups")
    async def groups(
        stream_id: StreamId,
        after: Annotated[int, Query(ge=0, description="Last sequence seen.")] = 0,
        wait_seconds: Annotated[float, Query(ge=0, le=60)] = 0.0,
        limit: Annotated[int, Query(ge=1, le=256)] = 64,
    ) -> GroupPage:
        """Return finished groups in order, waiting for the first one."""
        return await parts.follow(stream_id, after=after, wait_seconds=wait_seconds, limit=limit)

    @router.get("/{stream_id}/events", response_model=Page[RunEvent], responses=EVENT_REPLIES)
    async def events(stream_id: StreamId, wanted: EventDep) -> Response:
        """Return events as a JSON page, or as a stream that resumes."""
        await parts.rollouts.get(stream_id)
        return await respond_events(parts.events, stream_id, wanted)

    @router.post("/{stream_id}/close")
    async def close(stream_id: StreamId) -> RolloutStream:
        """Play nothing more; what was finished stays."""
        return await parts.rollouts.close(stream_id)

    return router
