"""The bodies that a vLLM server reads and writes, as far as they are used."""

from dataclasses import dataclass, field

from pydantic import BaseModel

from seawright_policy.core.engine_replies import EngineReply, Span
from seawright_policy.core.turns import TurnOrder


class LogprobBody(BaseModel):
    """One sampled token's log-prob."""

    token_id: int
    logprob: float


class LogprobsBody(BaseModel):
    """The log-probs of a choice."""

    content: list[LogprobBody] | None = None


class SpanBody(BaseModel):
    """Which weights sampled which tokens."""

    version: str
    start: int
    end: int


class ChoiceBody(BaseModel):
    """A turn, or what a chunk adds to it."""

    token_ids: list[int] | None = None
    logprobs: LogprobsBody | None = None
    finish_reason: str | None = None
    weight_versions: list[SpanBody] | None = None


class ErrorBody(BaseModel):
    """What went wrong inside the engine."""

    message: str = ""


class ReplyBody(BaseModel):
    """The reply of POST /inference/v1/generate, whole or one chunk."""

    choices: list[ChoiceBody] = []
    error: ErrorBody | None = None
    """In a stream that began well."""


class ModelBody(BaseModel):
    """One served model."""

    id: str
    max_model_len: int


class ModelsBody(BaseModel):
    """GET /v1/models."""

    data: list[ModelBody]


class WeightsBody(BaseModel):
    """GET /weight_info."""

    weight_version: str


class ResetBody(BaseModel):
    """POST /reset_prefix_cache."""

    success: bool


@dataclass(slots=True)
class Collected:
    """A turn as its chunks came."""

    token_ids: list[int] = field(default_factory=list[int])
    logprob_ids: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    finish: str | None = None
    spans: list[Span] = field(default_factory=list[Span])

    def add(self, choice: ChoiceBody) -> list[int]:
        """Take a chunk; return its tokens."""
        added = choice.token_ids or []
        content = (choice.logprobs and choice.logprobs.content) or []
        self.token_ids += added
        self.logprob_ids += [one.token_id for one in content]
        self.logprobs += [one.logprob for one in content]
        self.finish = choice.finish_reason or self.finish
        if choice.weight_versions is not None:
            self.spans = [
                Span(label=one.version, start=one.start, end=one.end)
                for one in choice.weight_versions
            ]
        return added

    def reply(self) -> EngineReply:
        """Return the turn."""
        return EngineReply(
            token_ids=self.token_ids,
            logprob_ids=self.logprob_ids,
            logprobs=self.logprobs,
            finish=self.finish,
            spans=self.spans,
        )


def generation_of(order: TurnOrder, max_tokens: int, *, is_streamed: bool) -> dict[str, object]:
    """Return the body of a generation."""
    sampling = order.sampling
    return {
        "token_ids": order.token_ids,
        "stream": is_streamed,
        "sampling_params": {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": max_tokens,
            "seed": sampling.seed % (1 << 63),
            "stop_token_ids": [order.end_id],
            "logprobs": 0,
            "detokenize": False,
            "skip_special_tokens": False,
        },
    }
