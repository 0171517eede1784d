"""A chat answer as server-sent events: text as it comes, calls when they are whole."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable
from typing import Protocol

from pydantic import JsonValue

from seawright_policy.api.chat_shapes import completion_of
from seawright_policy.core.turns import OnToken
from seawright_policy.usecases.complete_chat import Answer, CompleteChat
from seawright_shared.contracts.policy import ChatCompletion, ChatRequest
from seawright_shared.errors import SeawrightError

Plain = dict[str, JsonValue]


class Ask(Protocol):
    """Samples the answer, telling each token."""

    def __call__(self, *, on_token: OnToken) -> Awaitable[Answer]:
        """Return the answer."""
        ...


def envelope(detail: str, code: str, param: str | None = None) -> Plain:
    """Return an error in OpenAI's envelope."""
    kind = "server_error" if code in ("internal", "unavailable") else "invalid_request_error"
    return {"error": {"message": detail, "type": kind, "param": param, "code": code}}


def event(body: Plain) -> bytes:
    """Return one server-sent event."""
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


async def streamed(
    asked: ChatRequest, ask: Ask, complete: CompleteChat, created: int
) -> AsyncGenerator[bytes]:
    """Yield the chunks of an answer, then `[DONE]`; a fault ends the stream with an error."""
    tokens: asyncio.Queue[int | None] = asyncio.Queue()
    head: Plain = {
        "id": f"chatcmpl-{created}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": asked.model,
    }

    def chunk(delta: Plain, reason: str | None = None) -> bytes:
        choice: Plain = {"index": 0, "delta": delta, "finish_reason": reason}
        return event({**head, "choices": [choice]})

    async def sampled() -> Answer | SeawrightError:
        try:
            return await ask(on_token=tokens.put_nowait)
        except SeawrightError as error:
            return error
        finally:
            tokens.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(sampled())
        yield chunk({"role": "assistant", "content": ""})
        ids: list[int] = []
        told = ""
        while (token_id := await tokens.get()) is not None:
            ids.append(token_id)
            text = complete.text_of(asked.model, ids)
            # A character whose bytes are not all there yet decodes to U+FFFD: wait for the rest.
            if len(text) > len(told) and not text.endswith("\ufffd"):
                yield chunk({"content": text[len(told) :]})
                told = text
        result = task.result() if task.done() else await task
    if isinstance(result, SeawrightError):
        yield event(envelope(result.detail, result.code))
        return
    whole = completion_of(asked, result, created)
    yield chunk(rest_of(whole, told), whole.choices[0].finish_reason)
    if asked.stream_options.include_usage:
        usage: Plain = {**whole.usage.model_dump()}
        yield event({**head, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def rest_of(whole: ChatCompletion, told: str) -> Plain:
    """Return the last delta: text not told yet, and the calls."""
    message = whole.choices[0].message
    delta: Plain = {}
    content = message.content if isinstance(message.content, str) else ""
    if content[len(told) :]:
        delta["content"] = content[len(told) :]
    if message.tool_calls:
        delta["tool_calls"] = [
            {"index": at, **call.model_dump()} for at, call in enumerate(message.tool_calls)
        ]
    return delta
