"""Each attribution goes its own way, through whole iterations."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.routing import ROUTES
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import (
    IterationOutcome,
    RunIteration,
    Surroundings,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Slip, StopReason, UserSpec
from seawright_shared.records.verdicts import Attribution, Verdict
from tests.unit.orchestrator.usecases.synthesis.toy_shop import (
    DOMAIN,
    ToyChecker,
    ToyDrafts,
    ToyPlayer,
    played,
    spec,
)

POLICY = AgentSpec(kind="policy")
MODEL_USER = UserSpec(kind="model", model="m")
Decree = Callable[[Task, AgentSpec, UserSpec, int], PlayedEpisode | None]


@dataclass
class DecreedPlayer(ToyPlayer):
    """Plays well, but for what the decree says. `number`: how often this was played before."""

    decree: Decree = lambda *_: None

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        number = sum(one[:2] == (task.id, agent.kind) for one in self.plays)
        self.plays.append((task.id, agent.kind, seed))
        found = self.decree(task, agent, user, number)
        return found or played(task, agent, user, seed, ok=True)


def spoilt(
    task: Task, agent: AgentSpec, user: UserSpec, number: int, blamed: Attribution | None
) -> PlayedEpisode:
    bad = played(task, agent, user, number, ok=False, blamed=blamed)
    return replace(bad, verdict=bad.verdict.model_copy(update={"attribution": blamed}))


async def once(decree: Decree, **changes: object) -> tuple[IterationOutcome, DecreedPlayer]:
    player = DecreedPlayer(decree=decree)
    of = spec(**{"agent": POLICY, "max_goals": 1, **changes})
    run = RunIteration(drafts=ToyDrafts(), checker=ToyChecker(), player=player, clock=lambda: 0.0)
    stream = start_streams("run", of, DOMAIN)[0]
    return await run(of, stream, Surroundings(wishes=RememberedWishes())), player


async def clean() -> IterationOutcome:
    return (await once(lambda *_: None))[0]


async def a_task() -> str:
    return (await clean()).accepted[0].task.id


def of_rollout(bad: str, blamed: Attribution) -> Decree:
    def decree(task: Task, agent: AgentSpec, user: UserSpec, number: int) -> PlayedEpisode | None:
        if task.id != bad or agent.kind != "policy":
            return None
        return spoilt(task, agent, user, number, blamed)

    return decree


def test_every_attribution_has_one_route():
    assert set(ROUTES) == set(Attribution)
    assert {blame for blame, route in ROUTES.items() if route.teaches_plan} == {Attribution.TASK}
    uncounted = {blame for blame, route in ROUTES.items() if not route.is_counted}
    assert uncounted == {Attribution.ENV, Attribution.INFRA}


async def test_env_is_counted_apart_and_its_task_is_not_kept():
    bad, plain = await a_task(), await clean()
    made, _ = await once(of_rollout(bad, Attribution.ENV))
    assert bad not in {one.task.id for one in made.accepted}
    assert made.report.num_candidates == plain.report.num_candidates - 1
    assert made.report.attributions["ENV"] == 1
    assert made.report.routes["environment_defect"] == 1
    assert len(made.stream.window) == len(plain.stream.window) - 1
    assert [one.verdict.attribution for one in made.rejects].count(Attribution.ENV) == 1


async def test_checker_is_quarantined_and_teaches_the_plan_nothing():
    bad = await a_task()
    made, _ = await once(of_rollout(bad, Attribution.CHECKER))
    assert bad not in {one.task.id for one in made.accepted}
    assert made.report.num_candidates == 80
    assert made.report.routes["quarantine"] == 1
    (outcome,) = [one for one in made.stream.window if one.stage == "rollout"]
    assert outcome.failed_goal is None


async def test_task_goes_to_reflection_with_the_goal_that_is_to_blame():
    """The oracle fails with this task's user, and failed with a clean one, too: it is the task."""
    bad = await a_task()

    def decree(task: Task, agent: AgentSpec, user: UserSpec, number: int) -> PlayedEpisode | None:
        return spoilt(task, agent, user, number, None) if task.id == bad else None

    made, _ = await once(decree)
    assert made.report.routes["reflection"] == len(made.rejects)
    (outcome,) = [one for one in made.stream.window if one.stage == "oracle"]
    assert outcome.failed_goal == 0


async def test_user_is_rolled_again_twice_and_the_spoilt_episodes_are_kept_without_reward():
    bad = await a_task()

    def decree(task: Task, agent: AgentSpec, user: UserSpec, number: int) -> PlayedEpisode | None:
        if task.id != bad or agent.kind != "policy":
            return None
        slip = Slip(by="user", kind="stopped_early", message=0)
        bad_play = spoilt(task, agent, user, number, None)
        return replace(
            bad_play, trajectory=bad_play.trajectory.model_copy(update={"slips": [slip]})
        )

    made, player = await once(decree)
    (kept,) = [one for one in made.accepted if one.task.id == bad]
    assert [one.verdict.attribution for one in kept.episodes] == [Attribution.USER] * 3
    assert [one.verdict.reward for one in kept.episodes] == [None] * 3
    seeds = [seed for task, kind, seed in player.plays if (task, kind) == (bad, "policy")]
    assert len(set(seeds)) == len(seeds) == 3
    assert made.report.routes["reroll"] == 3


async def test_agent_is_kept_as_a_hard_example_when_a_clean_user_does_not_help():
    bad = await a_task()
    made, player = await once(of_rollout(bad, Attribution.AGENT), user=MODEL_USER)
    (kept,) = [one for one in made.accepted if one.task.id == bad]
    assert [one.verdict.attribution for one in kept.episodes] == [Attribution.AGENT]
    assert made.report.routes["hard_example"] == 1
    kinds = Counter(kind for task, kind, _ in player.plays if task == bad)
    assert kinds == {"scripted": 2, "policy": 3}


async def test_a_model_user_is_blamed_when_the_same_agent_passes_with_clean_ones_only():
    bad = await a_task()

    def decree(task: Task, agent: AgentSpec, user: UserSpec, number: int) -> PlayedEpisode | None:
        if task.id != bad or agent.kind != "policy" or user.kind != "model":
            return None
        return spoilt(task, agent, user, number, Attribution.AGENT)

    made, _ = await once(decree, user=MODEL_USER)
    (kept,) = [one for one in made.accepted if one.task.id == bad]
    assert {one.verdict.attribution for one in kept.episodes} == {Attribution.USER}


async def test_infra_is_played_again_and_not_counted():
    bad, plain = await a_task(), await clean()

    def decree(task: Task, agent: AgentSpec, user: UserSpec, number: int) -> PlayedEpisode | None:
        if task.id != bad or agent.kind != "policy" or number > 1:
            return None
        down = spoilt(task, agent, user, number, Attribution.INFRA)
        return replace(
            down,
            trajectory=down.trajectory.model_copy(
                update={"stop_reason": StopReason.INFRASTRUCTURE}
            ),
        )

    made, player = await once(decree)
    assert made.report.model_copy(update={"seconds": 0.0}) == plain.report
    assert [task for task, kind, _ in player.plays if kind == "policy"].count(bad) == 3


class Doubter:
    """A judge who finds fault with one task's episodes."""

    def __init__(self, bad: str) -> None:
        self.bad = bad

    async def judge(self, task: Task, episode: PlayedEpisode) -> Verdict | None:
        return Verdict(subject="trajectory", ok=task.id != self.bad, stage="judge")


async def test_judge_is_overruled_by_replay_and_counted():
    bad, of = await a_task(), spec(agent=POLICY, max_goals=1)
    run = RunIteration(
        drafts=ToyDrafts(),
        checker=ToyChecker(),
        player=ToyPlayer(),
        trajectory_judge=Doubter(bad),
        clock=lambda: 0.0,
    )
    around = Surroundings(wishes=RememberedWishes())
    made = await run(of, start_streams("run", of, DOMAIN)[0], around)
    assert bad in {one.task.id for one in made.accepted}
    assert made.report.attributions["JUDGE"] == 1
    assert made.report.routes["recalibration"] == 1


@pytest.mark.parametrize("slip_rate", [0.0, 0.2])
async def test_a_scripted_user_is_never_blamed_for_what_he_did_not_do(slip_rate: float):
    bad = await a_task()
    user = UserSpec(kind="scripted", slip_rate=slip_rate)
    made, _ = await once(of_rollout(bad, Attribution.AGENT), user=user)
    (kept,) = [one for one in made.accepted if one.task.id == bad]
    assert [one.verdict.attribution for one in kept.episodes] == [Attribution.AGENT]
