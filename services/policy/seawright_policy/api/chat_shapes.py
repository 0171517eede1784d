"""OpenAI's shapes to our records and back."""

import json
from typing import Literal

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_policy.core.turns import Finish
from seawright_policy.usecases.complete_chat import Answer
from seawright_shared.contracts.policy import (
    ChatChoice,
    ChatCompletion,
    ChatFunction,
    ChatMessage,
    ChatRequest,
    ChatTool,
    ChatToolCall,
    ChatUsage,
)
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import content_hash
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from seawright_shared.records.trajectories import Sampling

DEFAULT_TOKENS = 256
_JSON = TypeAdapter[JsonValue](JsonValue)
"""Stricter than `json`: a half of a surrogate pair, which no answer could say again, is refused."""
FinishReason = Literal["stop", "tool_calls", "length"]


def message_of(chat: ChatMessage, at: int) -> Message:
    """Return a chat message as ours. `at` is its place, for the pointer of a refusal."""
    content = chat.content
    if isinstance(content, list):
        content = "".join(part.text for part in content)
    calls = [
        call_of(call, f"/messages/{at}/tool_calls/{n}")
        for n, call in enumerate(chat.tool_calls or ())
    ]
    role = "system" if chat.role == "developer" else chat.role
    return Message(
        role=role, content=content, tool_calls=calls or None, tool_call_id=chat.tool_call_id
    )


def call_of(call: ChatToolCall, pointer: str) -> ToolCall:
    """Return an OpenAI tool call as ours, or refuse arguments that are no JSON object."""
    try:
        arguments = _JSON.validate_json(call.function.arguments)
    except ValidationError:
        arguments = None
    if not isinstance(arguments, dict):
        detail = "arguments are not the text of a JSON object"
        where = f"{pointer}/function/arguments"
        raise InvalidRequestError(
            f"{where}: {detail}", errors=[FieldError(pointer=where, code="not-json", detail=detail)]
        )
    return ToolCall(id=call.id, name=call.function.name, arguments=arguments)


def schema_of(tool: ChatTool) -> ToolSchema:
    """Return an OpenAI tool as ours."""
    function = tool.function
    return ToolSchema(
        name=function.name,
        description=function.description,
        parameters=function.parameters,
        kind="generic",
    )


def sampling_of(request: ChatRequest) -> Sampling:
    """Return how the answer is drawn."""
    return Sampling(
        temperature=request.temperature,
        top_p=request.top_p,
        max_tokens=request.max_completion_tokens or request.max_tokens or DEFAULT_TOKENS,
        seed=request.seed,
    )


def chat_of(message: Message) -> ChatMessage:
    """Return a sampled turn in OpenAI's shape. A malformed call stays visible, as content."""
    content = message.content
    if message.malformed is not None:
        content = (content or "") + message.malformed
    calls = [
        ChatToolCall(
            id=call.id,
            function=ChatFunction(
                name=call.name, arguments=json.dumps(call.arguments, ensure_ascii=False)
            ),
        )
        for call in message.tool_calls or ()
    ]
    return ChatMessage(role="assistant", content=content, tool_calls=calls or None)


def reason_of(finish: Finish, message: Message) -> FinishReason:
    """Return OpenAI's reason for the end of a turn."""
    if finish != "stop":
        return "length"
    return "tool_calls" if message.tool_calls else "stop"


def completion_of(asked: ChatRequest, answer: Answer, created: int) -> ChatCompletion:
    """Return the whole reply."""
    total = answer.num_prompt_tokens + answer.num_sampled_tokens
    return ChatCompletion(
        id=f"chatcmpl-{content_hash(asked)[:24]}",
        created=created,
        model=asked.model,
        choices=[
            ChatChoice(
                message=chat_of(answer.message),
                finish_reason=reason_of(answer.finish, answer.message),
            )
        ],
        usage=ChatUsage(
            prompt_tokens=answer.num_prompt_tokens,
            completion_tokens=answer.num_sampled_tokens,
            total_tokens=total,
        ),
        system_fingerprint=f"v{answer.version}",
    )
