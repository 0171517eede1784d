"""Server-sent events from an event log: a stream that resumes, or a JSON page that waits."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from seawright_shared.contracts.pages import Page
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.jobs.events import FINAL_TYPES, EventLog
from seawright_shared.records.jobs import RunEvent

HEARTBEAT_SECONDS = 15.0
EVENT_STREAM = "text/event-stream"
PAGE_LIMIT = 200


class EventParams:
    """Where to go on, and in which form; a FastAPI dependency (see `EventDep`)."""

    def __init__(
        self,
        request: Request,
        after: Annotated[int | None, Query(ge=0, description="Last sequence seen.")] = None,
        wait_seconds: Annotated[
            float, Query(ge=0, le=60, description="JSON: wait for a first event.")
        ] = 0.0,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> None:
        self.after = after if after is not None else _sequence(last_event_id)
        self.wait_seconds = wait_seconds
        accept = request.headers.get("accept", "")
        self.is_stream = EVENT_STREAM in accept or "application/json" not in accept


EventDep = Annotated[EventParams, Depends()]
"""The parameter of an events route."""

EVENT_REPLIES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of events as JSON; else a stream of them, to be resumed.",
        "content": {
            EVENT_STREAM: {
                "schema": {"type": "string"},
                "example": "id: 1\nevent: run.created\ndata: {}\n\n",
            }
        },
    }
}
"""The `responses` of an events route, whose `response_model` is `Page[RunEvent]`."""


async def respond_events(
    log: EventLog, run_id: str, params: EventParams, *, final: frozenset[str] = FINAL_TYPES
) -> Response:
    """Return the run's events after `params.after`: the whole of an events route.

    As `text/event-stream` it goes on until a final event, with a comment each 15 s; as
    `application/json` it is a `Page[RunEvent]`, whose last sequence is the next `after`.
    """
    if params.is_stream:
        stream = _frames(log, run_id, params.after, final)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type=EVENT_STREAM, headers=headers)
    found = await log.wait(
        run_id, params.after, timeout_seconds=params.wait_seconds, limit=PAGE_LIMIT
    )
    page = Page[RunEvent](data=found, has_more=len(found) == PAGE_LIMIT)
    return Response(page.model_dump_json(), media_type="application/json")


async def _frames(
    log: EventLog, run_id: str, after: int, final: frozenset[str]
) -> AsyncGenerator[bytes]:
    yield b": open\n\n"
    events = log.follow(run_id, after, final=final, idle_seconds=HEARTBEAT_SECONDS)
    async for event in events:
        yield b": alive\n\n" if event is None else _frame(event)


def _frame(event: RunEvent) -> bytes:
    text = f"id: {event.sequence}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"
    return text.encode()


def _sequence(last_event_id: str | None) -> int:
    if last_event_id is None:
        return 0
    if last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19:
        return int(last_event_id)
    field = FieldError(
        pointer="header:last-event-id", code="bad-sequence", detail="not a sequence number"
    )
    raise InvalidRequestError("last-event-id: not a sequence number", errors=[field])
