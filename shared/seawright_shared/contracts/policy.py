"""The policy's wire: models and versions, and the token-exact route.

The OpenAI-compatible routes keep OpenAI's shapes and are not repeated here.
`POST /v1/generations` speaks `application/msgpack` both ways: a map with the fields below, where
`context` is raw bytes. `context` is opaque to callers: pass back what the last call returned.
"""

from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Request
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.trajectories import Sampling


class GenerationRequest(Request):
    """POST /v1/generations. Extends `context` by `messages`, then samples one assistant turn."""

    model: str
    version: int | None = None
    """Pin a version; None: the current one."""
    context: bytes | None = None
    """None starts a context: `messages` then begins with the system message."""
    messages: list[Message]
    """Only what is new since `context` (user and tool messages)."""
    tools: list[ToolSchema] = []
    """Read when a context starts."""
    sampling: Sampling = Sampling()
    deadline_seconds: float | None = Field(default=None, gt=0)
    """How long the caller waits: a turn that takes longer is ended. None: the service's limit."""


class GenerationResponse(Record):
    """The sampled turn, and the context extended by exactly the sampled ids."""

    context: bytes
    message: Message
    finish: Literal["stop", "tool_calls", "length", "context_full"]
    version: int
    """The version that sampled the last token; spans are inside the context's trace."""
    num_prompt_tokens: int
    num_sampled_tokens: int


class PublishRequest(Request):
    """PUT /v1/models/{name}/versions/{version}. Two phases: prepare loads, commit switches.

    Idempotent. A version lower than the current one is refused with 409 unless `rollback`.
    """

    uri: str = Field(min_length=1)
    sha256: str
    phase: Literal["prepare", "commit"]
    training_run_id: str | None = None
    step: int | None = None
    rollback: bool = False


class ServedModel(Record):
    """One model and the version in use. GET /v1/served-models, GET /v1/served-models/{name}."""

    name: str
    current: PolicyVersion | None = None
    prepared: int | None = None
    context_length: int = 0


class RenderingRequest(Request):
    """POST /v1/renderings: dialogues to token ids with the renderer that sampling uses.

    Loss falls on the turns of `role`; for `user` the roles are flipped. The answer is
    `application/msgpack`: `{"traces": [bytes, ...]}`, each an encoded `TokenTrace`.
    """

    model: str
    dialogues: list[Dialogue] = Field(max_length=256)
    role: Literal["assistant", "user"] = "assistant"


class ChatFunction(Record):
    """OpenAI's function call; `arguments` is JSON text, as sampled."""

    name: str
    arguments: str = "{}"


class ChatToolCall(Record):
    """One call of an assistant message."""

    id: str
    type: Literal["function"] = "function"
    function: ChatFunction


class ChatPart(Record):
    """One part of a message's content; only text is read."""

    type: Literal["text"]
    text: str


class ChatMessage(Record):
    """A message in OpenAI's shape."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ChatPart] | None = None
    tool_calls: list[ChatToolCall] | None = None
    tool_call_id: str | None = None
    name: str | None = None


class ChatFunctionSchema(Record):
    """What a tool is called with."""

    name: str
    description: str = ""
    parameters: dict[str, JsonValue] = {}


class ChatTool(Record):
    """A tool the model may call."""

    type: Literal["function"] = "function"
    function: ChatFunctionSchema


class ChatStreamOptions(Record):
    """What the end of a stream carries."""

    include_usage: bool = False


class ChatRequest(Record):
    """POST /v1/chat/completions. Unknown fields are ignored, as clients of OpenAI expect.

    `tool_choice` and `parallel_tool_calls` are accepted and ignored: the model decides.
    """

    model: str
    messages: list[ChatMessage] = Field(min_length=1, max_length=512)
    tools: list[ChatTool] = Field(default=[], max_length=256)
    tool_choice: JsonValue = None
    temperature: float = Field(default=1.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    seed: int = 0
    n: Literal[1] = 1
    stream: bool = False
    stream_options: ChatStreamOptions = ChatStreamOptions()
    logprobs: bool = False


class ChatUsage(Record):
    """Tokens of a completion."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatChoice(Record):
    """The one answer."""

    index: int = 0
    message: ChatMessage
    finish_reason: Literal["stop", "tool_calls", "length"]


class ChatCompletion(Record):
    """The reply of POST /v1/chat/completions; `system_fingerprint` names the policy version."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage
    system_fingerprint: str


class ChatModel(Record):
    """One entry of GET /v1/models."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "seawright"


class ChatModelList(Record):
    """GET /v1/models."""

    object: Literal["list"] = "list"
    data: list[ChatModel]
