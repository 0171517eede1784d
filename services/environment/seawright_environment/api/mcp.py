"""The MCP endpoint of a session, and the capabilities that open it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import JsonValue

from seawright_environment.core.mcp_messages import (
    INVALID_REQUEST,
    PARSE_ERROR,
    McpError,
    McpMessage,
    generation_of,
    mcp_error,
    read_message,
)
from seawright_environment.core.sessions import OpenSession, Sessions
from seawright_environment.usecases.grant_capability import GrantCapability
from seawright_environment.usecases.serve_mcp import McpCaller, ServeMcp
from seawright_shared.contracts.environment_sessions import Capability, CapabilityRequest
from seawright_shared.errors import (
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
    UnsupportedMediaError,
)
from seawright_shared.records.ids import NewId
from seawright_shared.records.messages import Requestor

SESSION_HEADER = "mcp-session-id"
REPLIES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer to a request, or the error that it met.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["jsonrpc", "id"]},
                "example": {"jsonrpc": "2.0", "id": 1, "result": {"tools": []}},
            }
        },
    },
    202: {"description": "A notification was taken."},
    "4XX": {
        "description": "The request was refused, as JSON-RPC where it reached the protocol.",
        "content": {
            "application/json": {"schema": {"type": "object", "required": ["jsonrpc", "error"]}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    },
}


def mcp_routes(
    sessions: Sessions, serve: ServeMcp, grant: GrantCapability, new_id: NewId
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/env-sessions/{session_id}", tags=["mcp"])

    @router.post("/capabilities", status_code=201, operation_id="grant_capability")
    async def grant_capability(session_id: str, request: CapabilityRequest) -> Capability:
        """Give a token for one party's tools; the party's earlier token is void."""
        token = grant(session_id, request.requestor)
        path = f"/v1/env-sessions/{session_id}/mcp"
        return Capability(requestor=request.requestor, mcp_path=path, token=token)

    @router.post(
        "/mcp", operation_id="post_mcp_message", response_class=Response, responses=REPLIES
    )
    async def post_message(session_id: str, request: Request) -> Response:
        """Answer one JSON-RPC message of the Model Context Protocol (streamable HTTP).

        Bearer: a capability of this session. It decides whose tools there are.
        """
        session = sessions.get(session_id)
        requestor = _admitted(session, request)
        headers = dict(request.headers)
        message_id: JsonValue = None
        try:
            message = _read(await request.body())
            message_id = message.id
            caller = _caller(session, requestor, message, headers)
            if message.is_notification:
                return Response(status_code=202)
            result = serve(session, caller, message)
        except McpError as error:
            return _refused(message_id, error)
        reply = _rpc(message_id, {"result": result})
        if message.method == "initialize":
            protocol_session = new_id("mcp")
            session.greet(protocol_session, requestor)
            reply.headers[SESSION_HEADER] = protocol_session
        return reply

    @router.delete("/mcp", status_code=204, operation_id="end_mcp_session")
    async def end_protocol_session(session_id: str, request: Request) -> Response:
        """End a protocol session. The environment's session stays."""
        session = sessions.get(session_id)
        _admitted(session, request)
        if session.protocol_sessions.pop(request.headers.get(SESSION_HEADER, ""), None) is None:
            raise NotFoundError("no such MCP session")
        return Response(status_code=204)

    return router


def _admitted(session: OpenSession, request: Request) -> Requestor:
    """Return whose tools the request may call, or raise."""
    origin = request.headers.get("origin")
    if origin is not None and _host_in(origin) != request.headers.get("host"):
        raise ForbiddenError("pages of other sites may not speak to this service")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    requestor = session.holder_of(token.strip()) if scheme.lower() == "bearer" else None
    if requestor is None:
        raise UnauthenticatedError(
            "needs `Authorization: Bearer`, with a token of POST .../capabilities"
        )
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        raise UnsupportedMediaError("a message is application/json")
    return requestor


def _host_in(origin: str) -> str:
    """Return the host and port that an origin names; nothing where it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _read(body: bytes) -> McpMessage:
    try:
        value: JsonValue = json.loads(body)
    except ValueError as error:
        raise mcp_error(PARSE_ERROR, "the body is no JSON") from error
    return read_message(value)


def _caller(
    session: OpenSession, requestor: Requestor, message: McpMessage, headers: Mapping[str, str]
) -> McpCaller:
    generation = generation_of(message, headers)
    named = headers.get(SESSION_HEADER) if generation == "handshake" else None
    if generation == "handshake" and message.method != "initialize":
        if named is None:
            raise mcp_error(
                INVALID_REQUEST,
                f"needs {SESSION_HEADER}: begin with initialize, or speak 2026-07-28",
            )
        if session.protocol_sessions.get(named) != requestor:
            raise NotFoundError("no such MCP session: begin again with initialize")
    return McpCaller(requestor=requestor, generation=generation, session_id=named)


def _refused(message_id: JsonValue, error: McpError) -> Response:
    told: dict[str, JsonValue] = {"code": error.rpc_code, "message": error.detail}
    if error.rpc_data is not None:
        told["data"] = error.rpc_data
    reply = _rpc(message_id, {"error": told})
    reply.status_code = error.status
    return reply


def _rpc(message_id: JsonValue, answer: dict[str, JsonValue]) -> Response:
    body = json.dumps({"jsonrpc": "2.0", "id": message_id, **answer}, ensure_ascii=False)
    return Response(body, media_type="application/json")
