"""Laws of playing an episode: outcomes are scored, faults never are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from seawright_orchestrator.core.fault_groups import unwrapped
from seawright_orchestrator.core.ports import AgentTurn, SpokenTurn
from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_orchestrator.core.seeds import derived_id
from seawright_orchestrator.core.stage_times import StageTimes
from seawright_orchestrator.usecases.play_episode import (
    NUM_USER_TRIES,
    EpisodeOrder,
    Played,
    PlayEpisode,
)
from seawright_orchestrator.usecases.play_trials import NUM_REROLLS, PlayTrials
from seawright_shared.errors import InvalidRequestError, SeawrightError, UnavailableError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from seawright_shared.records.verdicts import Attribution, Verdict

pytestmark = pytest.mark.anyio

TASK = Task(
    id="task_1",
    domain="retail",
    database=DatabaseRef(domain="retail"),
    scenario=Scenario(persona="plain", opening="hi", wishes=[]),
)
LOOK = Message(role="assistant", tool_calls=[ToolCall(id="c", name="look")])
BYE = SpokenTurn(message=Message(role="user", content="Bye ###STOP###"), stop="stop")
GO_ON = SpokenTurn(message=Message(role="user", content="Go on."))


@dataclass
class Script:
    """Plays its turns in order, the last one for ever; an error among them is raised."""

    turns: list[AgentTurn | SeawrightError | ValueError]
    told: list[list[Message]] = field(default_factory=list)
    tokens: bytes | None = b"trace"

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        self.told.append(list(new))
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, Exception):
            raise turn
        return turn

    def trace(self) -> bytes | None:
        return self.tokens


@dataclass
class Stage:
    """Every port of an episode in one, with the failures a test asks for."""

    agent: Script
    user: list[SpokenTurn | SeawrightError] = field(default_factory=lambda: [GO_ON, BYE])
    verdict: Verdict | SeawrightError = field(
        default_factory=lambda: Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)
    )
    tool_error: SeawrightError | None = None
    open_error: SeawrightError | None = None
    trace_error: SeawrightError | None = None
    verified: list[Message] = field(default_factory=list)
    user_saw: list[list[Message]] = field(default_factory=list)
    user_seeds: list[int] = field(default_factory=list)
    num_closed: int = 0

    async def open(self, *args: object) -> "Stage | Script":
        if len(args) > 1:
            return self.agent
        if self.open_error is not None:
            raise self.open_error
        return self

    async def call(self, call: ToolCall) -> ToolResult:
        if self.tool_error is not None:
            raise self.tool_error
        return ToolResult(call_id=call.id, content="found")

    async def close(self) -> None:
        self.num_closed += 1

    async def turn(
        self, scenario: Scenario, seen: Sequence[Message], spec: UserSpec, seed: int
    ) -> SpokenTurn:
        self.user_saw.append(list(seen))
        self.user_seeds.append(seed)
        turn = self.user.pop(0) if len(self.user) > 1 else self.user[0]
        if isinstance(turn, SeawrightError):
            raise turn
        return turn

    async def verify(
        self, task: Task, messages: Sequence[Message], stop_reason: StopReason
    ) -> Verdict:
        self.verified = list(messages)
        if isinstance(self.verdict, SeawrightError):
            raise self.verdict
        return self.verdict

    async def put(self, content: bytes) -> str:
        return "sha256:" + "0" * 64

    async def get(self, reference: str) -> bytes:
        return b""

    def measure(self, encoded: bytes) -> TraceSize:
        if self.trace_error is not None:
            raise self.trace_error
        return TraceSize(num_tokens=9, num_loss_tokens=4, min_version=2, max_version=3)

    def player(self) -> PlayEpisode:
        ports: Any = self
        return PlayEpisode(
            agents=ports,
            users=ports,
            worlds=ports,
            blobs=ports,
            measure=self.measure,
            slots=asyncio.Semaphore(2),
        )


def turn(**fields: Any) -> AgentTurn:
    return AgentTurn(message=Message(role="assistant", **fields))


def order(**changes: Any) -> EpisodeOrder:
    plain: dict[str, Any] = {
        "episode_id": "ep_1",
        "task": TASK,
        "agent": AgentSpec(),
        "user": UserSpec(),
        "seed": 4,
    }
    return EpisodeOrder(**{**plain, **changes})


async def play(stage: Stage, **changes: Any) -> Played:
    return await stage.player()(order(**changes))


async def test_an_episode_is_recorded_with_its_trace_and_its_verdict():
    stage = Stage(Script([AgentTurn(message=LOOK), turn(content="Here it is.")]))
    played = await play(stage)
    trajectory = played.trajectory
    assert trajectory.stop_reason == StopReason.USER_STOP
    assert [one.role for one in trajectory.messages] == [
        "assistant",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert played.verdict.reward == 1.0
    assert trajectory.trace is not None
    assert (trajectory.min_version, trajectory.max_version) == (2, 3)
    assert trajectory.usage.num_tool_calls == 1
    assert stage.num_closed == 1


async def test_the_agent_is_told_only_what_is_new():
    stage = Stage(Script([AgentTurn(message=LOOK), turn(content=""), turn(content="Here.")]))
    await play(stage)
    first, second, third = stage.agent.told
    assert [one.role for one in first] == ["assistant", "user"]
    assert [(one.role, one.content) for one in second] == [("tool", "found")]
    assert [(one.role, one.error) for one in third] == [("tool", True)]


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ({"user": [UnavailableError("the user simulator is down")]}, Attribution.INFRA),
        ({"agent": Script([UnavailableError("the engine is down")])}, Attribution.INFRA),
        ({"agent": Script([ValueError("a bug")])}, Attribution.INFRA),
        ({"open_error": UnavailableError("no environment")}, Attribution.INFRA),
        ({"tool_error": SeawrightError("the tool broke")}, Attribution.ENV),
        ({"tool_error": UnavailableError("no environment")}, Attribution.INFRA),
        ({"trace_error": InvalidRequestError("log-probs are NaN")}, Attribution.INFRA),
    ],
)
async def test_a_fault_around_the_players_is_never_a_reward(
    change: dict[str, Any], blamed: Attribution
):
    parts: dict[str, Any] = {"agent": Script([AgentTurn(message=LOOK)]), **change}
    stage = Stage(**parts)
    if "trace_error" in change:
        stage.agent = Script([turn(content="hello")])
    played = await play(stage)
    assert played.trajectory.stop_reason == StopReason.INFRASTRUCTURE
    assert played.verdict.reward is None
    assert played.verdict.attribution == blamed
    assert played.trajectory.fault
    assert stage.verified == []


async def test_a_verifier_that_is_down_gives_no_reward_but_keeps_the_trajectory():
    stage = Stage(Script([turn(content="hello")]), verdict=UnavailableError("away"))
    played = await play(stage)
    assert played.trajectory.stop_reason == StopReason.USER_STOP
    assert played.verdict.reward is None
    assert played.verdict.attribution == Attribution.INFRA


async def test_a_user_who_stays_silent_is_asked_again_with_other_seeds_and_then_blamed():
    silent = SpokenTurn(message=Message(role="user", content=""))
    stage = Stage(Script([turn(content="hello")]), user=[silent])
    played = await play(stage)
    assert played.trajectory.stop_reason == StopReason.USER_ERROR
    assert played.verdict.reward is None
    assert played.verdict.attribution == Attribution.USER
    assert len(set(stage.user_seeds)) == NUM_USER_TRIES


async def test_malformed_calls_are_an_outcome_that_is_scored():
    wrong = Verdict(subject="trajectory", ok=False, stage="checker", reward=0.0)
    stage = Stage(Script([turn(content="{", malformed="{")]), verdict=wrong)
    played = await play(stage)
    assert played.trajectory.stop_reason == StopReason.AGENT_ERROR
    assert played.verdict.reward == 0.0
    assert played.verdict.attribution == Attribution.AGENT


async def test_a_failure_after_a_slip_of_the_user_is_his_and_carries_no_reward():
    wrong = Verdict(subject="trajectory", ok=False, stage="checker", reward=0.0)
    slip = SpokenTurn(
        message=Message(role="user", content="###STOP###"), stop="stop", slip="stopped_early"
    )
    played = await play(Stage(Script([turn(content="hello")]), user=[GO_ON, slip], verdict=wrong))
    assert played.verdict.reward is None
    assert played.verdict.attribution == Attribution.USER
    assert [one.kind for one in played.trajectory.slips] == ["stopped_early"]


async def test_an_agent_without_room_for_a_turn_ends_the_episode_and_says_nothing_more():
    full = AgentTurn(message=Message(role="assistant", content=""), is_context_full=True)
    stage = Stage(Script([AgentTurn(message=LOOK), full]))
    played = await play(stage)
    assert played.trajectory.stop_reason == StopReason.CONTEXT_FULL
    assert played.trajectory.messages[-1].role == "tool"
    assert len(stage.user_saw) == 1


async def test_an_oracle_without_a_slip_that_fails_blames_the_task():
    wrong = Verdict(subject="trajectory", ok=False, stage="checker", reward=0.0)
    oracle = AgentSpec(kind="scripted")
    played = await play(Stage(Script([turn(content="hello")]), verdict=wrong), agent=oracle)
    assert played.verdict.attribution == Attribution.TASK


async def test_thoughts_reach_neither_the_user_nor_the_verifier_but_are_recorded():
    stage = Stage(Script([turn(content="hello", reasoning="the answer is 42")]))
    played = await play(stage)
    assert "42" not in str(stage.user_saw)
    assert "42" not in str(stage.verified)
    assert "42" in str(played.trajectory.messages)


async def test_the_user_sees_what_his_own_tools_returned():
    call = Message(role="user", tool_calls=[ToolCall(id="u", name="toggle", requestor="user")])
    stage = Stage(Script([turn(content="hello")]), user=[SpokenTurn(message=call), BYE])
    await play(stage)
    last = stage.user_saw[-1]
    assert [(one.role, one.content) for one in last[1:]] == [("user", None), ("tool", "found")]


async def test_the_same_order_plays_the_same_episode():
    one, two = [Stage(Script([turn(content="hello")])) for _ in range(2)]
    first, second = await play(one), await play(two)
    assert first.trajectory.id == second.trajectory.id
    assert first.trajectory.messages == second.trajectory.messages
    assert one.user_seeds == two.user_seeds


@dataclass
class Flaky:
    """Fails the first tries of every trial, or all tries of one."""

    num_bad: int
    orders: list[EpisodeOrder] = field(default_factory=list)

    async def __call__(self, order: EpisodeOrder) -> Played:
        self.orders.append(order)
        is_bad = len(self.orders) <= self.num_bad
        stage = Stage(Script([UnavailableError("down") if is_bad else turn(content="hello")]))
        return await stage.player()(order)


async def test_one_bad_episode_never_stops_its_siblings():
    flaky = Flaky(num_bad=1)
    played = await PlayTrials(play=flaky)(order(), 4, "scope")
    assert [one.verdict.reward for one in played] == [1.0] * 4
    ids = [one.trajectory.episode_id for one in played]
    assert len(set(ids)) == 4
    assert len({one.seed for one in flaky.orders}) == len(flaky.orders) == 5


async def test_a_fault_that_stays_is_left_without_a_reward():
    played = await PlayTrials(play=Flaky(num_bad=99))(order(), 2, "scope")
    assert [one.verdict.reward for one in played] == [None, None]
    assert len(played) == 2
    assert NUM_REROLLS > 0


@dataclass
class Endless:
    """The first episode fails for good; the others would go on for ever."""

    num_ended: int = 0

    async def __call__(self, order: EpisodeOrder) -> Played:
        if order.episode_id in self.doomed:
            return await Stage(Script([UnavailableError("down")])).player()(order)
        try:
            await asyncio.Event().wait()
        finally:
            self.num_ended += 1
        raise AssertionError

    doomed = frozenset(derived_id("ep", "scope", 0, attempt) for attempt in range(NUM_REROLLS + 1))


async def test_a_group_that_is_lost_ends_at_once():
    endless = Endless()
    trials = PlayTrials(
        play=endless, is_lost=lambda one: one.verdict.attribution == Attribution.INFRA
    )
    with pytest.raises(UnavailableError, match="down"):
        await unwrapped(trials(order(), 4, "scope"))
    assert endless.num_ended == 3


def test_each_wait_is_counted_to_its_stage():
    clock = [0.0]
    times = StageTimes(clock=lambda: clock[0])
    with times.timed("user"):
        clock[0] += 2

    def fail() -> None:
        with times.timed("policy"):
            clock[0] += 3
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    with times.timed("user"):
        clock[0] += 4
    record = times.record()
    assert (record.user, record.policy, record.verification) == (6, 3, 0)


async def test_an_episode_tells_where_its_time_went():
    asked, gate = asyncio.Event(), asyncio.Event()

    class Gated(Stage):
        async def turn(
            self, scenario: Scenario, seen: Sequence[Message], spec: UserSpec, seed: int
        ) -> SpokenTurn:
            asked.set()
            await gate.wait()
            await asyncio.sleep(0.002)
            return await super().turn(scenario, seen, spec, seed)

    stage = Gated(Script([AgentTurn(message=LOOK), turn(content="hello")]))
    player = replace(stage.player(), slots=asyncio.Semaphore(1))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(player(order(episode_id=f"ep_{at}"))) for at in range(2)]
        await asked.wait()
        gate.set()
    first, second = (task.result().trajectory.usage for task in tasks)
    assert first.stages.waiting < second.stages.waiting
    assert second.stages.waiting > first.stages.user > 0
    for usage in (first, second):
        parts = usage.stages.model_dump(exclude={"waiting"})
        assert 0 < sum(parts.values()) <= usage.seconds + 1e-3
