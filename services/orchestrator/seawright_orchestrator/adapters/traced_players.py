"""The players of an episode, each act of theirs a span in the episode's trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.ports import (
    AgentPlayer,
    Agents,
    AgentTurn,
    SpokenTurn,
    UserTurns,
    World,
    Worlds,
)
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlaysEpisodes
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from seawright_shared.records.verdicts import Verdict
from seawright_shared.telemetry import conventions
from seawright_shared.telemetry.tracing import episode_span, failed, span


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEpisodes:
    """Whole episodes: the roots."""

    play: PlaysEpisodes

    async def __call__(self, order: EpisodeOrder) -> Played:
        """Return the episode and its verdict."""
        about = {conventions.TASK: order.task.id, conventions.MODEL: order.agent.model or ""}
        with episode_span(order.episode_id, order.task.domain, about) as root:
            played = await self.play(order)
            root.set_attribute(conventions.STOP, played.trajectory.stop_reason.value)
            if played.verdict.reward is not None:
                root.set_attribute(conventions.REWARD, played.verdict.reward)
            if played.trajectory.fault is not None:
                failed(root, played.trajectory.fault.partition(":")[0])
            return played


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedAgents:
    """Agents whose turns are spans."""

    agents: Agents

    async def open(self, task: Task, spec: AgentSpec, seed: int) -> AgentPlayer:
        """Return the agent of one episode."""
        player = await self.agents.open(task, spec, seed)
        return TracedAgent(player=player, model=spec.model or spec.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedAgent:
    """One agent."""

    player: AgentPlayer
    model: str

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        """Return the next turn."""
        known = {conventions.OPERATION: "chat", conventions.MODEL: self.model}
        with span(f"chat {self.model}", known) as opened:
            turn = await self.player.turn(new)
            opened.set_attribute(conventions.INPUT_TOKENS, turn.num_prompt_tokens)
            opened.set_attribute(conventions.OUTPUT_TOKENS, turn.num_sampled_tokens)
            return turn

    def trace(self) -> bytes | None:
        """Return the encoded token trace."""
        return self.player.trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedUsers:
    """Users whose turns are spans."""

    users: UserTurns

    async def turn(
        self, scenario: Scenario, seen: Sequence[Message], spec: UserSpec, seed: int
    ) -> SpokenTurn:
        """Return the user's next turn."""
        with span("user_turn"):
            return await self.users.turn(scenario, seen, spec, seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedWorlds:
    """Worlds whose calls, and verdicts that, are spans."""

    worlds: Worlds

    async def open(self, task: Task) -> World:
        """Return a fresh world."""
        with span("open_session"):
            return TracedWorld(world=await self.worlds.open(task))

    async def verify(
        self, task: Task, messages: Sequence[Message], stop_reason: StopReason
    ) -> Verdict:
        """Return the verdict."""
        with span("verify") as opened:
            verdict = await self.worlds.verify(task, messages, stop_reason)
            if verdict.reward is not None:
                opened.set_attribute(conventions.REWARD, verdict.reward)
            return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedWorld:
    """One world."""

    world: World

    async def call(self, call: ToolCall) -> ToolResult:
        """Execute one call."""
        known = {conventions.OPERATION: "execute_tool", conventions.TOOL: call.name}
        with span(f"execute_tool {call.name}", known):
            return await self.world.call(call)

    async def close(self) -> None:
        """Let the session go."""
        await self.world.close()
