"""Routes of environment sessions."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from seawright_environment.api.session_views import shown
from seawright_environment.core.sessions import Invocation, Sessions
from seawright_environment.usecases.call_tool import CallTool
from seawright_environment.usecases.fork_session import ForkSession
from seawright_environment.usecases.open_session import OpenSessionFor
from seawright_shared.contracts.environment import (
    ForkRequest,
    ForkResponse,
    Session,
    SessionRequest,
    StateResponse,
    ToolCallRequest,
    ToolCallResponse,
)
from seawright_shared.contracts.environment_sessions import RecordedCall, SessionCalls


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUseCases:
    """What the session routes call."""

    sessions: Sessions
    open_session: OpenSessionFor
    call_tool: CallTool
    fork_session: ForkSession


def session_routes(use: SessionUseCases) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/env-sessions", tags=["env-sessions"])

    @router.post("", status_code=201, operation_id="open_env_session")
    async def open_session(request: SessionRequest) -> Session:
        """Open a world. With `history`, re-open a lost one: same calls, same state hash."""
        session = await use.open_session(
            request.database,
            patch=request.initial_patch,
            calls=request.initial_calls,
            history=request.history,
            is_solo=request.is_solo,
        )
        return shown(session)

    @router.get("/{session_id}", operation_id="get_env_session")
    async def get_session(session_id: str) -> Session:
        """Show a session; this prolongs it."""
        return shown(use.sessions.get(session_id))

    @router.delete("/{session_id}", status_code=204, operation_id="close_env_session")
    async def close_session(session_id: str) -> Response:
        """Let a session go. Closing one that is gone already is right too."""
        use.sessions.drop(session_id)
        return Response(status_code=204)

    @router.post("/{session_id}/tool-calls", operation_id="call_tool")
    async def call_tool(session_id: str, request: ToolCallRequest) -> ToolCallResponse:
        """Call a tool. A refusal is a result with `error` set; a repeated `call_id` runs once."""
        return tool_answer(use.call_tool, session_id, request)

    @router.get("/{session_id}/calls", operation_id="list_env_session_calls")
    async def list_calls(session_id: str) -> SessionCalls:
        """Show what was called so far: the history that re-opens the session elsewhere."""
        session = use.sessions.get(session_id)
        calls = [
            RecordedCall(
                call_id=each.invocation.call_id,
                requestor=each.invocation.requestor,
                name=each.invocation.name,
                arguments=dict(each.invocation.arguments),
                result=each.answer.result,
                version=each.answer.version,
            )
            for each in session.answered.values()
        ]
        return SessionCalls(calls=calls)

    @router.get("/{session_id}/state", operation_id="get_env_session_state")
    async def get_state(session_id: str) -> StateResponse:
        """Show the hash, and what differs from the initial state."""
        session = use.sessions.get(session_id)
        return StateResponse(session=shown(session), diff=session.world.diff())

    @router.post("/{session_id}/forks", status_code=201, operation_id="fork_env_session")
    async def fork_session(session_id: str, request: ForkRequest) -> ForkResponse:
        """Make independent sessions of the same state, or of a snapshot's."""
        forks = use.fork_session(session_id, request.num, request.snapshot)
        first = shown(forks[0])
        sessions = [first.model_copy(update={"id": fork.id}) for fork in forks]
        return ForkResponse(sessions=sessions)

    return router


def tool_answer(call_tool: CallTool, session_id: str, request: ToolCallRequest) -> ToolCallResponse:
    """Return a tool's answer as the route shows it."""
    invocation = Invocation(
        call_id=request.call_id,
        requestor=request.requestor,
        name=request.name,
        arguments=request.arguments,
    )
    answer = call_tool(session_id, invocation, request.expected_version)
    return ToolCallResponse(
        result=answer.result,
        version=answer.version,
        state_hash=answer.state_hash,
        user_state_hash=answer.user_state_hash,
    )
