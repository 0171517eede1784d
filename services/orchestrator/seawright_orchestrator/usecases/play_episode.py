"""Play one episode of a task and judge it. A failure around the players is no outcome of theirs."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from seawright_orchestrator.core.attribution import attributed, fault_verdict
from seawright_orchestrator.core.dialogue import (
    Dialogue,
    Limits,
    agent_spoke,
    begin,
    context_filled,
    heard,
    pending,
    seen_by_agent,
    seen_by_user,
    stopped,
    tools_answered,
    user_spoke,
    without_reasoning,
)
from seawright_orchestrator.core.ports import (
    AgentPlayer,
    Agents,
    Blobs,
    SpokenTurn,
    UserTurns,
    World,
    Worlds,
)
from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_orchestrator.core.seeds import derived_id, derived_seed
from seawright_orchestrator.core.stage_times import StageTimes
from seawright_shared.errors import SeawrightError
from seawright_shared.records.messages import ToolResult
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import (
    AgentSpec,
    Slip,
    StopReason,
    Trajectory,
    Usage,
    UserSpec,
)
from seawright_shared.records.verdicts import Attribution, Verdict

log = structlog.get_logger()

NUM_USER_TRIES = 3
"""How often a user who says nothing is asked again, each time with another seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOrder:
    """Everything that decides one episode."""

    episode_id: str
    task: Task
    agent: AgentSpec
    user: UserSpec
    seed: int
    max_turns: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A finished episode."""

    trajectory: Trajectory
    verdict: Verdict
    size: TraceSize = field(default_factory=TraceSize)


class PlaysEpisodes(Protocol):
    """What plays one episode; never raises for one that went wrong."""

    async def __call__(self, order: EpisodeOrder) -> Played:
        """Return the episode and its verdict."""
        ...


@dataclass(slots=True, kw_only=True)
class Play:
    """The moving parts of one episode while it is played."""

    order: EpisodeOrder
    dialogue: Dialogue
    times: StageTimes
    agent: AgentPlayer | None = None
    world: World | None = None
    num_told: int = 0
    """Messages of the dialogue that the agent was told or said itself."""
    slips: list[Slip] = field(default_factory=list[Slip])
    num_prompt_tokens: int = 0
    num_sampled_tokens: int = 0
    fault: str | None = None
    blamed: Attribution | None = None
    user_refusals: Counter[str] = field(default_factory=Counter[str])
    user_fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEpisode:
    """Plays episodes, at most as many at once as `slots` allows."""

    agents: Agents
    users: UserTurns
    worlds: Worlds
    blobs: Blobs
    measure: Callable[[bytes], TraceSize]
    """Reads an encoded trace; raises a fault for one that must not be trained on."""
    slots: asyncio.Semaphore

    async def __call__(self, order: EpisodeOrder) -> Played:
        """Return the episode and its verdict; a fault is in them, not raised."""
        times = StageTimes(clock=time.perf_counter)
        asked = time.perf_counter()
        async with self.slots:
            times.add("waiting", time.perf_counter() - asked)
            return await self._play(order, times)

    async def _play(self, order: EpisodeOrder, times: StageTimes) -> Played:
        started = time.perf_counter()
        dialogue = begin(Limits(max_turns=order.max_turns))
        play = Play(order=order, dialogue=dialogue, times=times)
        try:
            await self._converse(play)
        except Exception as error:  # noqa: BLE001 - one bad episode never stops its siblings
            self._faulted(play, error, Attribution.INFRA)
        finally:
            await self._close(play)
        trace, size = None, TraceSize()
        if (tokens := play.agent.trace() if play.agent else None) is not None:
            try:
                with times.timed("storage"):
                    size = self.measure(tokens)
                    trace = await self.blobs.put(tokens)
            except SeawrightError as error:
                self._faulted(play, error, Attribution.INFRA)
        with times.timed("verification"):
            verdict = await self._judge(play)
        trajectory = recorded(play, trace, size, seconds=time.perf_counter() - started)
        return Played(trajectory=trajectory, verdict=verdict, size=size)

    async def _converse(self, play: Play) -> None:
        order = play.order
        try:
            with play.times.timed("environment"):
                play.world = await self.worlds.open(order.task)
            play.agent = await self.agents.open(
                order.task, order.agent, derived_seed(order.seed, "agent")
            )
        except SeawrightError as error:
            self._faulted(play, error, Attribution.INFRA)
        while play.dialogue.next != "nobody":
            match play.dialogue.next:
                case "agent":
                    await self._agent_turn(play)
                case "user":
                    await self._user_turn(play)
                case "tools":
                    await self._tools_turn(play)

    async def _agent_turn(self, play: Play) -> None:
        assert play.agent is not None
        new = seen_by_agent(play.dialogue.messages[play.num_told :])
        try:
            with play.times.timed("policy"):
                turn = await play.agent.turn(new)
        except SeawrightError as error:
            self._faulted(play, error, Attribution.INFRA)
            return
        play.num_told = len(play.dialogue.messages) + 1
        play.num_prompt_tokens += turn.num_prompt_tokens
        play.num_sampled_tokens += turn.num_sampled_tokens
        if turn.slip is not None:
            position = len(play.dialogue.messages)
            play.slips.append(Slip(by="assistant", kind=turn.slip, message=position))
        spoken = context_filled if turn.is_context_full else agent_spoke
        play.dialogue = spoken(play.dialogue, turn.message)

    async def _user_turn(self, play: Play) -> None:
        try:
            with play.times.timed("user"):
                turn = await self._spoken(play)
        except SeawrightError as error:
            self._faulted(play, error, Attribution.INFRA)
            return
        if turn.slip is not None:
            position = len(play.dialogue.messages)
            play.slips.append(Slip(by="user", kind=turn.slip, message=position))
        play.user_refusals.update(turn.refusals)
        if turn.fault is not None:
            play.user_fault = turn.fault
            play.fault = f"no reply of the simulated user's could stand: {turn.fault}"
            play.dialogue = stopped(heard(play.dialogue, turn.message), StopReason.USER_ERROR)
            return
        play.dialogue = user_spoke(play.dialogue, turn.message, is_stop=turn.stop is not None)
        if play.dialogue.stop == StopReason.USER_ERROR:
            play.fault = f"the simulated user said nothing, {NUM_USER_TRIES} times"

    async def _spoken(self, play: Play) -> SpokenTurn:
        order = play.order
        seen = seen_by_user(play.dialogue.messages)
        seed = derived_seed(order.seed, "user")
        turn = await self.users.turn(order.task.scenario, seen, order.user, seed)
        for attempt in range(1, NUM_USER_TRIES):
            is_said = turn.message.tool_calls or (turn.message.content or "").strip()
            if turn.stop or turn.fault or is_said:
                break
            seed = derived_seed(order.seed, "user", attempt)
            turn = await self.users.turn(order.task.scenario, seen, order.user, seed)
        return turn

    async def _tools_turn(self, play: Play) -> None:
        assert play.world is not None
        _, calls = pending(play.dialogue)
        results: list[ToolResult] = []
        for call in calls:
            try:
                with play.times.timed("environment"):
                    results.append(await play.world.call(call))
            except SeawrightError as error:
                broke = error.code == SeawrightError.code
                self._faulted(play, error, Attribution.ENV if broke else Attribution.INFRA)
                return
        play.dialogue = tools_answered(play.dialogue, results)

    async def _judge(self, play: Play) -> Verdict:
        order, stop = play.order, play.dialogue.stop
        assert stop is not None
        if play.fault is not None:
            return fault_verdict(stop, play.fault, play.blamed)
        messages = without_reasoning(play.dialogue.messages)
        try:
            verdict = await self.worlds.verify(order.task, messages, stop)
        except SeawrightError as error:
            log.warning("verdict.failed", episode_id=order.episode_id, fault=error.detail)
            cause = f"not verified: {error.code}: {error.detail}"
            return fault_verdict(StopReason.INFRASTRUCTURE, cause, None)
        return attributed(verdict, order.agent, play.slips)

    def _faulted(self, play: Play, error: Exception, blamed: Attribution) -> None:
        code = error.code if isinstance(error, SeawrightError) else type(error).__name__
        detail = error.detail if isinstance(error, SeawrightError) else str(error)
        play.fault, play.blamed = f"{code}: {detail}", blamed
        play.dialogue = stopped(play.dialogue, StopReason.INFRASTRUCTURE)
        log.warning("episode.failed", episode_id=play.order.episode_id, fault=play.fault)

    async def _close(self, play: Play) -> None:
        if play.world is None:
            return
        try:
            with play.times.timed("environment"):
                await play.world.close()
        except SeawrightError as error:
            # The environment drops idle sessions by itself.
            log.info("session.left", episode_id=play.order.episode_id, fault=error.detail)


def recorded(play: Play, trace: str | None, size: TraceSize, *, seconds: float) -> Trajectory:
    """Return the record of an ended play. Its id follows from the episode's."""
    order, dialogue = play.order, play.dialogue
    assert dialogue.stop is not None
    return Trajectory(
        id=derived_id("traj", order.episode_id),
        episode_id=order.episode_id,
        task_id=order.task.id,
        agent=order.agent,
        user=order.user,
        seed=order.seed,
        messages=list(dialogue.messages),
        stop_reason=dialogue.stop,
        trace=trace,
        min_version=size.min_version,
        max_version=size.max_version,
        usage=Usage(
            num_turns=dialogue.num_turns,
            num_tool_calls=dialogue.num_tool_calls,
            num_tool_errors=dialogue.num_tool_errors,
            num_prompt_tokens=play.num_prompt_tokens,
            num_sampled_tokens=play.num_sampled_tokens,
            seconds=round(seconds, 4),
            stages=play.times.record(),
        ),
        slips=play.slips,
        fault=play.fault,
        user_refusals=dict(play.user_refusals),
        user_fault=play.user_fault,
    )
