"""The short way of the one hot route: tool calls, without the framework's share of their cost."""

import re
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seawright_environment.core.sessions import Invocation
from seawright_environment.usecases.call_tool import CallTool
from seawright_shared.contracts.environment import ToolCallRequest, ToolCallResponse
from seawright_shared.errors import SeawrightError

TEMPLATE = "/v1/env-sessions/{session_id}/tool-calls"
_PATH = re.compile(r"/v1/env-sessions/(session_[0-9a-z_]{1,80})/tool-calls")
_JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class ShortRoute:
    """Names the route for the metrics."""

    path: str


SHORT_ROUTE = ShortRoute(TEMPLATE)


class ToolCallPath:
    """Answers a good tool call as the route does, byte for byte; all else takes the long way.

    Stands behind `BodyLimits`, so that the body comes in one piece. A call that faults has run
    nothing, and is refused by the route in its own words.
    """

    def __init__(self, app: ASGIApp, call_tool: CallTool) -> None:
        self._app = app
        self._call_tool = call_tool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the call, or pass it on."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "POST" or _JSON not in scope["headers"]:
            await self._app(scope, receive, send)
            return
        message = await receive()
        content = self._content(found[1], message["body"])
        if content is None:
            await self._app(scope, _replaying(message, receive), send)
            return
        scope["route"] = SHORT_ROUTE
        headers = [(b"content-length", str(len(content)).encode()), _JSON]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _content(self, session_id: str, body: bytes) -> bytes | None:
        """Return the response's bytes, or None where it is not a plain answer."""
        try:
            request = ToolCallRequest.model_validate_json(body)
            invocation = Invocation(
                call_id=request.call_id,
                requestor=request.requestor,
                name=request.name,
                arguments=request.arguments,
            )
            answer = self._call_tool(session_id, invocation, request.expected_version)
        except (ValidationError, SeawrightError):
            return None
        response = ToolCallResponse(
            result=answer.result,
            version=answer.version,
            state_hash=answer.state_hash,
            user_state_hash=answer.user_state_hash,
        )
        return response.model_dump_json().encode()


def _replaying(message: Message, receive: Receive) -> Receive:
    is_replayed = False

    async def replayed() -> Message:
        nonlocal is_replayed
        if is_replayed:
            return await receive()
        is_replayed = True
        return message

    return replayed
