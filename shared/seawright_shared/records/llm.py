"""What a run says about the model that writes and judges beside the computed checks."""

from typing import Literal

from pydantic import Field

from seawright_shared.records.base import Record, Request
from seawright_shared.records.reports import StageUsage

LlmRole = Literal[
    "meta_planner", "task_synthesizer", "task_verifier", "trajectory_verifier", "reflector"
]
LLM_ROLES: tuple[LlmRole, ...] = (
    "meta_planner",
    "task_synthesizer",
    "task_verifier",
    "trajectory_verifier",
    "reflector",
)


class LlmSpec(Request):
    """The endpoint and what it is asked; its key is a setting, never part of a run."""

    base_url: str
    """Address with `/v1`, as in `http://127.0.0.1:8000/v1`; its host must be allowed."""
    model: str
    models: dict[LlmRole, str] = {}
    """Other models for single roles."""
    roles: list[LlmRole] = list(LLM_ROLES)
    """Roles that the model plays; what is left out is done without a model."""
    temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    max_tokens: int = Field(default=2048, ge=64)
    """Of one answer; a longer one is cut, and counts as failed."""
    max_tool_calls: int = Field(default=12, ge=0, le=64)
    """Of one question; a model that looks further never answers, and counts as failed."""
    max_repairs: int = Field(default=2, ge=0, le=2)
    """Times that a malformed answer is asked for again, its error quoted."""
    timeout_seconds: float = Field(default=120.0, gt=0)
    """Of one call."""
    slow_seconds: float = Field(default=60.0, gt=0)
    """A call that takes longer tells that there is too much at once."""
    dollars_per_million_prompt: float = Field(default=0.0, ge=0.0)
    dollars_per_million_sampled: float = Field(default=0.0, ge=0.0)
    max_dollars_per_iteration: float | None = Field(default=None, gt=0)
    """Of one stream's iteration; when it is spent, the rest is done without a model."""
    max_dollars_per_run: float | None = Field(default=None, gt=0)
    """Of the whole run, all streams together; when it is spent, the run goes on without a model."""
    max_tokens_per_run: int | None = Field(default=None, gt=0)
    """Likewise, of prompts and answers together, for an endpoint that has no price."""
    drafts_per_iteration: int = Field(default=16, ge=0, le=400)
    """Candidates that the model proposes; the others are drawn as ever."""
    drafts_per_call: int = Field(default=4, ge=1, le=16)
    num_judges: int = Field(default=3, ge=1, le=9)
    """The committee on trajectories."""
    verified_share: float = Field(default=1.0, ge=0.0, le=1.0)
    """Share of the tasks that passed every computed check which the task verifier reads."""
    judged_share: float = Field(default=0.1, ge=0.0, le=1.0)
    """Share of the episodes that the committee reads."""
    min_agreement: float = Field(default=0.7, ge=0.0, le=1.0)
    """Agreement with replay under which a judge loses its vote."""
    num_probe_drafts: int = Field(default=80, ge=8, le=1000)
    """Drafts on which proposals for the next plan are measured against each other."""


class LlmEstimate(Record):
    """POST /v1/synthesis-estimates: what a run would ask of its model, before anything is spent."""

    stages: dict[str, StageUsage]
    total: StageUsage
    assumed_yield: float
    """Share of the candidates that is taken to be accepted."""
    dollars_per_accepted: float
    num_accepted: int
    """Tasks that the run is taken to make."""
