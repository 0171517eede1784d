"""The policy's wire: models and versions, and the token-exact route.

The OpenAI-compatible routes keep OpenAI's shapes and are not repeated here.
`POST /v1/generations` speaks `application/msgpack` both ways: a map with the fields below, where
`context` is raw bytes. `context` is opaque to callers: pass back what the last call returned.
"""

from typing import Literal

from pydantic import Field

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
