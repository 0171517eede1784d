"""Players that cost nothing but the engine's time: what is left is the episode player's own work."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from seawright_orchestrator.core.ports import AgentTurn, SpokenTurn
from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, PlayEpisode
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from seawright_shared.records.verdicts import Verdict

SHORTEST, LONGEST = 6, 18
"""Turns of the agent: as scripted episodes of the shop have."""
RESULT = '{"order_id": "#W123", "status": "delivered", "items": ["a", "b", "c"]}' * 4


@dataclass(slots=True)
class PlainAgent:
    """Says or calls something, after the engine's time."""

    latency: float
    num_turns: int
    at: int = 0

    async def turn(self, _: Sequence[Message]) -> AgentTurn:
        """Return the next turn."""
        await asyncio.sleep(self.latency)
        self.at += 1
        if self.at % 2 and self.at < self.num_turns:
            call = ToolCall(id="c", name="look_up", arguments={"order_id": "#W123"})
            return AgentTurn(message=Message(role="assistant", tool_calls=[call]))
        return AgentTurn(message=Message(role="assistant", content="Your order was delivered."))

    def trace(self) -> bytes | None:
        """Return a trace of no worth."""
        return b"trace"


@dataclass(frozen=True, slots=True)
class PlainPlayers:
    """All ports of an episode."""

    latency: float
    kept: list[bytes] = field(default_factory=list[bytes])

    async def open(self, *asked: object) -> "PlainPlayers | PlainAgent":
        """Return the world, or the agent of a seed."""
        if len(asked) == 1:
            return self
        seed = asked[2]
        assert isinstance(seed, int)
        return PlainAgent(self.latency, SHORTEST + seed % (LONGEST - SHORTEST + 1))

    async def turn(
        self, _scenario: Scenario, seen: Sequence[Message], _spec: UserSpec, seed: int
    ) -> SpokenTurn:
        """Go on, and stop once enough was said."""
        if len(seen) > 2 * (SHORTEST + seed % 4):
            return SpokenTurn(message=Message(role="user", content="###STOP###"), stop="stop")
        return SpokenTurn(message=Message(role="user", content="And where is my other order?"))

    async def call(self, call: ToolCall) -> ToolResult:
        """Answer."""
        return ToolResult(call_id=call.id, content=RESULT)

    async def close(self) -> None:
        """Let go."""

    async def verify(self, _task: Task, _messages: Sequence[Message], _stop: StopReason) -> Verdict:
        """Be content."""
        return Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)

    async def put(self, _: bytes) -> str:
        """Keep nothing."""
        return "sha256:0"

    async def get(self, reference: str) -> bytes:
        """Never asked."""
        raise NotImplementedError(reference)


def player_and_orders(num: int, latency: float) -> tuple[PlayEpisode, list[EpisodeOrder]]:
    """Return what plays, and what is to be played."""
    # One object behind every port.
    ports: object = PlainPlayers(latency)
    play = PlayEpisode(
        agents=ports,  # type: ignore[arg-type]
        users=ports,  # type: ignore[arg-type]
        worlds=ports,  # type: ignore[arg-type]
        blobs=ports,  # type: ignore[arg-type]
        measure=lambda _: TraceSize(),
        slots=asyncio.Semaphore(num),
    )
    task = Task(
        id="plain",
        domain="retail",
        database=DatabaseRef(domain="retail"),
        scenario=Scenario(persona="plain", opening="hi", wishes=[]),
    )
    orders = [
        EpisodeOrder(episode_id=f"ep_{at}", task=task, agent=AgentSpec(), user=UserSpec(), seed=at)
        for at in range(num)
    ]
    return play, orders
