"""Episodes and their recorded text."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record
from seawright_shared.records.messages import Message, Requestor

SlipKind = Literal[
    "stopped_early", "wrong_fact", "unknown_fact", "claimed_deed", "leaked_fact", "left_part"
]
"""Deliberate errors of the scripted user."""


class StopReason(StrEnum):
    """Why an episode ended. All are outcomes but the last two, which never become rewards."""

    USER_STOP = "user_stop"
    """The user said the stop word."""
    AGENT_STOP = "agent_stop"
    """The agent transferred to a human or called `done`."""
    MAX_TURNS = "max_turns"
    MAX_ERRORS = "max_errors"
    CONTEXT_FULL = "context_full"
    AGENT_ERROR = "agent_error"
    """Malformed calls or empty turns, repeatedly."""
    USER_ERROR = "user_error"
    """The simulated user broke its protocol: a USER fault."""
    INFRASTRUCTURE = "infrastructure"
    """A service or engine failed: an INFRA fault."""


class Sampling(Record):
    """How tokens are drawn."""

    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    """Most tokens of one assistant turn."""
    seed: int = 0


class UserSpec(Record):
    """Which user plays, and with which slips (probabilities per turn)."""

    kind: Literal["scripted", "model"] = "scripted"
    model: str | None = None
    slip_rate: float = 0.0
    """Scripted: chance of stopping early, saying a wrong fact or an unknown one."""
    slip_kinds: list[SlipKind] = Field(default=[], exclude_if=lambda kinds: not kinds)
    """Scripted: err in these ways only; empty: stop early, tell wrong or unknown facts, claim deeds
    that were not done."""


class AgentSpec(Record):
    """Which agent plays: the scripted one (oracle) or a model of the policy service."""

    kind: Literal["scripted", "policy"] = "policy"
    model: str = "tiny"
    version: int | None = None
    """None: the current version at each turn."""
    sampling: Sampling = Sampling()
    slip_rate: float = 0.0
    """Scripted: chance of a wrong argument or an unconfirmed write, per step."""
    domain_policy: Literal["full", "none"] = "full"
    """Whether the domain policy's text is in the prompt (a tiny model cannot read it)."""


class StageSeconds(Record):
    """Where an episode's time went."""

    waiting: float = 0.0
    """Before it was begun, for a place among the episodes under way."""
    policy: float = 0.0
    user: float = 0.0
    environment: float = 0.0
    """Opening and closing the world, and tool calls of both sides."""
    verification: float = 0.0
    storage: float = 0.0
    """Keeping the token trace."""


class Usage(Record):
    """What an episode cost."""

    num_turns: int = 0
    num_tool_calls: int = 0
    num_tool_errors: int = 0
    num_prompt_tokens: int = 0
    num_sampled_tokens: int = 0
    seconds: float = 0.0
    """From its beginning to its verdict."""
    stages: StageSeconds = StageSeconds()


class Slip(Record):
    """A deliberate error of a scripted player: what it did, and in which message."""

    by: Requestor
    kind: str
    """As in `wrong_argument`, `unconfirmed_write`, `stopped_early`."""
    message: int
    """Index into the trajectory's messages."""


class Trajectory(Record):
    """The recorded episode. The system message is not in `messages`; the trace has it."""

    id: str
    episode_id: str
    task_id: str
    agent: AgentSpec
    user: UserSpec
    seed: int
    messages: list[Message]
    stop_reason: StopReason
    trace: str | None = None
    """Blob reference of the token trace (sampled ids, log-probs, mask, versions)."""
    min_version: int | None = None
    max_version: int | None = None
    usage: Usage = Usage()
    slips: list[Slip] = []
    fault: str | None = None
    """What failed, for the stop reasons `user_error` and `infrastructure`."""
    user_refusals: dict[str, int] = {}
    """Replies of a user model that could not stand and were asked for anew, by reason."""
    user_fault: str | None = None
    """With the stop reason `user_error`: why the last reply could not stand either."""
    tau2: dict[str, JsonValue] | None = None
    """What a tau2-bench results file said of this run beyond this record, for loss-free export."""
