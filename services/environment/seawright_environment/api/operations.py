"""The short ways of the routes that synthesis asks, for peers in the same process."""

import asyncio
import re
from collections.abc import Sequence

from pydantic import BaseModel

from seawright_environment.api.drafts import drawn
from seawright_environment.api.session_views import shown
from seawright_environment.api.sessions import SessionUseCases, tool_answer
from seawright_environment.api.task_checks import checked
from seawright_environment.api.verifications import verified
from seawright_environment.core.json_values import copied
from seawright_environment.usecases.check_tasks import CheckTasks
from seawright_environment.usecases.draft_tasks import DraftTasks
from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.clients.operations import Nothing, Operation
from seawright_shared.contracts.environment import (
    DraftBatch,
    DraftRequest,
    Session,
    SessionRequest,
    TaskCheckRequest,
    TaskCheckResponse,
    ToolCallRequest,
    ToolCallResponse,
    VerificationRequest,
    VerificationResponse,
)
from seawright_shared.records.messages import Message

SESSIONS = "/v1/env-sessions"


def episode_operations(use: SessionUseCases, verify: VerifyTrajectory) -> list[Operation]:
    """Return the operations. What a world may keep of a call is copied first."""

    async def open_session(_: Sequence[str], body: BaseModel | None) -> Session | None:
        if not isinstance(body, SessionRequest) or body.initial_calls or body.history:
            return None
        session = await use.open_session(
            body.database, patch=body.initial_patch, is_solo=body.is_solo
        )
        return shown(session)

    async def close(parameters: Sequence[str], _: BaseModel | None) -> Nothing:
        use.sessions.drop(parameters[0])
        return Nothing()

    async def call_tool(
        parameters: Sequence[str], body: BaseModel | None
    ) -> ToolCallResponse | None:
        if not isinstance(body, ToolCallRequest):
            return None
        arguments = {name: copied(value) for name, value in body.arguments.items()}
        own = body.model_copy(update={"arguments": arguments})
        return tool_answer(use.call_tool, parameters[0], own)

    async def verify_trajectory(
        _: Sequence[str], body: BaseModel | None
    ) -> VerificationResponse | None:
        if not isinstance(body, VerificationRequest):
            return None
        own = body.model_copy(update={"messages": [_own(message) for message in body.messages]})
        return await verified(verify, own)

    one = rf"{SESSIONS}/(session_[0-9a-z_]{{1,80}})"
    return [
        Operation(method="POST", path=re.compile(f"{one}/tool-calls"), answer=call_tool),
        Operation(method="POST", path=re.compile("/v1/verifications"), answer=verify_trajectory),
        Operation(method="POST", path=re.compile(SESSIONS), answer=open_session),
        Operation(method="DELETE", path=re.compile(one), answer=close),
    ]


def drafting_operations(draft_tasks: DraftTasks, check_tasks: CheckTasks) -> list[Operation]:
    """Return the operations: CPU work, in a thread. Drafts and tasks are never changed."""

    async def draw(_: Sequence[str], body: BaseModel | None) -> DraftBatch | None:
        if not isinstance(body, DraftRequest):
            return None
        return await asyncio.to_thread(drawn, draft_tasks, body)

    async def check(_: Sequence[str], body: BaseModel | None) -> TaskCheckResponse | None:
        if not isinstance(body, TaskCheckRequest):
            return None
        return await asyncio.to_thread(checked, check_tasks, body)

    return [
        Operation(method="POST", path=re.compile("/v1/drafts"), answer=draw),
        Operation(method="POST", path=re.compile("/v1/task-checks"), answer=check),
    ]


def _own(message: Message) -> Message:
    if not message.tool_calls:
        return message
    calls = [
        call.model_copy(
            update={"arguments": {name: copied(value) for name, value in call.arguments.items()}}
        )
        for call in message.tool_calls
    ]
    return message.model_copy(update={"tool_calls": calls})
