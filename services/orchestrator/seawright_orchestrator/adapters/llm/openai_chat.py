"""Any OpenAI-compatible `chat/completions`: retried, rationed, cached; its faults are outcomes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_orchestrator.core.llm.chats import ChatReply, ChatRequest, Failure, FailureName
from seawright_orchestrator.core.llm.concurrency import Window
from seawright_orchestrator.core.llm.ports import KnownReplies
from seawright_shared.records.base import Record
from seawright_shared.records.messages import ToolCall

TOO_MANY_REQUESTS = 429
MAX_TRIES = 5
MAX_WAIT_SECONDS = 60.0
FIRST_WAIT_SECONDS = 0.5
_ARGUMENTS = TypeAdapter(dict[str, JsonValue])


class _Function(Record):
    name: str
    arguments: str | None = "{}"


class _Call(Record):
    id: str
    function: _Function


class _Message(Record):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Record):
    message: _Message
    finish_reason: str | None = "stop"


class _Usage(Record):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(Record):
    choices: list[_Choice]
    usage: _Usage | None = None


@dataclass(frozen=True, slots=True)
class _Again:
    """The endpoint asks to come back."""

    failure: Failure
    wait_seconds: float | None


@dataclass(slots=True, kw_only=True)
class OpenAiChat:
    """One endpoint's callers share one window; a reply that is known is never asked for again."""

    http: httpx.AsyncClient
    known: KnownReplies
    window: Window
    api_key: str = ""
    clock: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _num_under_way: int = 0
    _room: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def complete(self, request: ChatRequest) -> ChatReply | Failure:
        """Return the model's reply, or why there is none."""
        if (reply := await self.known.found(request.key)) is not None:
            return reply
        wait = FIRST_WAIT_SECONDS
        failure = Failure(name=FailureName.UNAVAILABLE)
        for number in range(MAX_TRIES):
            answer = await self._once(request)
            if isinstance(answer, ChatReply):
                if answer.failure() is None:
                    await self.known.keep(request.key, answer)
                return answer
            if isinstance(answer, Failure):
                return answer
            failure = answer.failure
            if number + 1 < MAX_TRIES:
                await self.sleep(min(MAX_WAIT_SECONDS, answer.wait_seconds or wait))
                wait *= 2
        return failure

    async def _once(self, request: ChatRequest) -> ChatReply | Failure | _Again:
        async with self._place() as num_cuts:
            if request.why_spent is not None and (why := request.why_spent()):
                return Failure(name=FailureName.BUDGET, detail=why)
            began = self.clock()
            try:
                async with asyncio.timeout(request.timeout_seconds):
                    response = await self.http.post(
                        f"{request.base_url.rstrip('/')}/chat/completions",
                        json=request.body(),
                        headers={"authorization": f"Bearer {self.api_key}"} if self.api_key else {},
                        timeout=request.timeout_seconds,
                    )
            except (TimeoutError, httpx.TimeoutException):
                self.window.bad(num_cuts)
                detail = f"no reply within {request.timeout_seconds} s"
                return Failure(name=FailureName.TIMEOUT, detail=detail)
            except httpx.HTTPError as error:
                failure = Failure(name=FailureName.UNAVAILABLE, detail=type(error).__name__)
                return _Again(failure, None)
            seconds = self.clock() - began
            if response.status_code == TOO_MANY_REQUESTS or (seconds > request.slow_seconds):
                self.window.bad(num_cuts)
            elif response.is_success:
                self.window.good()
            return _read(response, seconds)

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[int]:
        """Wait for room in the window; yields how often it was cut before."""
        async with self._room:
            await self._room.wait_for(lambda: self._num_under_way < self.window.num_allowed)
            self._num_under_way += 1
        try:
            yield self.window.num_cuts
        finally:
            self._num_under_way -= 1
            async with self._room:
                self._room.notify_all()


def _read(response: httpx.Response, seconds: float) -> ChatReply | Failure | _Again:
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        failure = Failure(name=FailureName.RATE_LIMITED, detail="429 on every attempt")
        return _Again(failure, _retry_after(response))
    if response.is_server_error:
        return _Again(
            Failure(name=FailureName.UNAVAILABLE, detail=f"status {status}"), _retry_after(response)
        )
    if not response.is_success:
        return Failure(name=FailureName.UNAVAILABLE, detail=f"status {status}")
    try:
        completion = _Completion.model_validate_json(response.content)
    except ValidationError:
        return Failure(name=FailureName.UNAVAILABLE, detail="no chat completion came back")
    if not completion.choices:
        return Failure(name=FailureName.UNAVAILABLE, detail="no choice came back")
    return _reply(completion, seconds)


def _reply(completion: _Completion, seconds: float) -> ChatReply:
    choice, usage = completion.choices[0], completion.usage or _Usage()
    reply = ChatReply(
        content=choice.message.content or "",
        finish=choice.finish_reason or "stop",
        refusal=choice.message.refusal,
        num_prompt_tokens=usage.prompt_tokens,
        num_sampled_tokens=usage.completion_tokens,
        seconds=seconds,
    )
    calls: list[ToolCall] = []
    for call in choice.message.tool_calls or []:
        name = call.function.name
        try:
            arguments = _ARGUMENTS.validate_json(call.function.arguments or "{}")
        except ValidationError:
            return replace(reply, malformed_call=name)
        calls.append(ToolCall(id=call.id, name=name, arguments=arguments))
    return replace(reply, calls=tuple(calls))


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
