"""What an episode needs of the world: agents, users, tools, a verifier, and a place for traces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from seawright_shared.records.domains import Domain
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTurn:
    """One turn of the agent, and what it cost."""

    message: Message
    is_context_full: bool = False
    num_prompt_tokens: int = 0
    num_sampled_tokens: int = 0
    slip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTurn:
    """One turn of the user."""

    message: Message
    stop: Literal["stop", "transfer", "out_of_scope"] | None = None
    slip: str | None = None
    refusals: Sequence[str] = ()
    """Why earlier replies to the same question were refused."""
    fault: str | None = None
    """Why this one is refused, too: the user's fault."""


class AgentPlayer(Protocol):
    """The agent of one episode. It remembers what it was told."""

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        """Return the next turn, given only what is new since the last one."""
        ...

    def trace(self) -> bytes | None:
        """Return the encoded token trace so far; None for an agent without tokens."""
        ...


class Agents(Protocol):
    """Makes the agent of one episode."""

    async def open(self, task: Task, spec: AgentSpec, seed: int) -> AgentPlayer:
        """Return an agent that has said nothing yet but the greeting."""
        ...


class UserTurns(Protocol):
    """The simulated user: a function of scenario, transcript and seed."""

    async def turn(
        self, scenario: Scenario, seen: Sequence[Message], spec: UserSpec, seed: int
    ) -> SpokenTurn:
        """Return the user's next turn."""
        ...


class World(Protocol):
    """The tools and the state of one episode."""

    async def call(self, call: ToolCall) -> ToolResult:
        """Execute one call. A refused call is a result; a broken tool is a fault."""
        ...

    async def close(self) -> None:
        """Let the session go."""
        ...


class Worlds(Protocol):
    """Opens worlds and judges what was done in them."""

    async def open(self, task: Task) -> World:
        """Return a fresh world in the task's initial state."""
        ...

    async def verify(
        self, task: Task, messages: Sequence[Message], stop_reason: StopReason
    ) -> Verdict:
        """Replay the calls and apply the task's checker."""
        ...


class Domains(Protocol):
    """What is known of a domain."""

    async def domain(self, name: str) -> Domain:
        """Return the domain, or raise `NotFoundError`."""
        ...


class Blobs(Protocol):
    """Content-addressed bytes."""

    async def put(self, content: bytes) -> str:
        """Store the content and return its reference."""
        ...

    async def get(self, reference: str) -> bytes:
        """Return the content, or raise `NotFoundError`."""
        ...


class Models(Protocol):
    """The models that the policy serves."""

    async def require(self, name: str) -> None:
        """Raise `NotFoundError` unless the model is served."""
        ...
