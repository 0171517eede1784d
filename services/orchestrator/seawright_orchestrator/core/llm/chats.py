"""One exchange with a chat model: what is sent, what comes back, and what can go wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue

from seawright_shared.records.base import content_hash
from seawright_shared.records.messages import ToolCall, ToolSchema

ChatMessage = dict[str, JsonValue]


class FailureName(StrEnum):
    """Why a question has no answer. Each is data: a run goes on without the answer."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    MALFORMED = "malformed"
    ENDLESS_TOOLS = "endless_tools"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A question without an answer."""

    name: FailureName
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One call of `chat/completions`."""

    base_url: str
    model: str
    messages: Sequence[ChatMessage]
    tools: Sequence[ToolSchema] = ()
    schema_name: str
    schema: dict[str, JsonValue]
    """Of the answer, as JSON schema."""
    temperature: float
    max_tokens: int
    seed: int
    timeout_seconds: float
    slow_seconds: float
    why_spent: Callable[[], str] | None = None
    """Asked once more when it is the call's turn: which budget was spent while it waited."""

    def body(self) -> dict[str, JsonValue]:
        """Return what is sent."""
        body: dict[str, JsonValue] = {
            "model": self.model,
            "messages": list(self.messages),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": self.schema_name, "schema": self.schema},
            },
        }
        if self.tools:
            body["tools"] = [tool.as_openai() for tool in self.tools]
        return body

    @property
    def key(self) -> str:
        """The hash of everything that decides the reply."""
        return content_hash({"base_url": self.base_url, "body": self.body()})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """What the model said, and what it cost."""

    content: str
    calls: Sequence[ToolCall] = ()
    malformed_call: str | None = None
    """The name of a tool whose arguments were no JSON object."""
    finish: str = "stop"
    refusal: str | None = None
    num_prompt_tokens: int = 0
    num_sampled_tokens: int = 0
    seconds: float = 0.0
    is_cached: bool = False

    def failure(self) -> Failure | None:
        """Return why this reply ends the question, if it does."""
        if self.refusal or self.finish == "content_filter":
            return Failure(name=FailureName.REFUSED, detail=self.refusal or "content filter")
        if self.finish == "length":
            detail = f"cut after {self.num_sampled_tokens} tokens"
            return Failure(name=FailureName.TRUNCATED, detail=detail)
        return None


class Chat(Protocol):
    """A model's endpoint. What fails there is an outcome, never an exception."""

    async def complete(self, request: ChatRequest) -> ChatReply | Failure:
        """Return the model's reply, or why there is none."""
        ...


class Toolbox(Protocol):
    """Tools that a model may call while it thinks. They only read."""

    async def call(self, call: ToolCall) -> str:
        """Return the tool's answer; a call that is not possible is told so."""
        ...
