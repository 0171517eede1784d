"""Rollout streams and evaluations, embedded and on a cluster of two processes' worth of workers."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from seawright_orchestrator.adapters.job_handlers import MAX_OUTAGES, is_outage
from seawright_orchestrator.core.attribution import fault_verdict
from seawright_orchestrator.usecases.play_episode import Played
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import DatasetSpec, EvaluationSpec, RolloutStreamSpec
from seawright_shared.records.trajectories import AgentSpec, StopReason, Trajectory, UserSpec
from tests.contract.orchestrator_house import House, ended, opened, synthesis_spec

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CLUSTER = pytest.param("cluster", marks=[pytest.mark.postgres, pytest.mark.redis])
WRITES = ["modify_pending_order_address", "cancel_pending_order"]
"""Goals whose tasks an agent can spoil: the scripted one slips where something is written."""
SLIPPERY = AgentSpec(kind="scripted", slip_rate=0.6)


@dataclass(frozen=True)
class Furnished:
    """Two houses on one database, and a dataset of tasks in it."""

    houses: list[House]
    dataset_id: str

    @property
    def client(self):
        return self.houses[0].client


@pytest.fixture(params=["embedded", CLUSTER])
async def furnished(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Furnished]:
    url, redis_url, num_houses = request.getfixturevalue("sqlite_url"), None, 1
    if request.param == "cluster":
        url, num_houses = request.getfixturevalue("postgres_url"), 2
        redis_url = request.getfixturevalue("redis_url")
    async with AsyncExitStack() as stack:
        houses = [
            await stack.enter_async_context(opened(tmp_path, database_url=url, redis_url=redis_url))
            for _ in range(num_houses)
        ]
        client = houses[0].client
        spec = synthesis_spec(
            num_streams=1, num_iterations=1, candidates_per_iteration=600, goals=WRITES
        )
        run = await client.start_synthesis(spec)
        assert await ended(client, run.id) == JobStatus.SUCCEEDED
        dataset = await client.create_dataset(
            DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id])
        )
        assert dataset.num_items >= 2
        yield Furnished(houses=houses, dataset_id=dataset.id)


async def drained(furnished: Furnished, num: int, **changes: object) -> list[RolloutGroup]:
    plain: dict[str, object] = {
        "training_run_id": "trun_1",
        "dataset_id": furnished.dataset_id,
        "agent": SLIPPERY,
        "group_size": 4,
    }
    client = furnished.client
    stream = await client.open_rollout_stream(
        RolloutStreamSpec.model_validate({**plain, **changes})
    )
    for granted in range(1, num + 1):
        house = furnished.houses[granted % len(furnished.houses)]
        await house.client.grant_credits(stream.id, granted)
    groups: list[RolloutGroup] = []
    while len(groups) < num:
        after = groups[-1].sequence if groups else 0
        page = await client.groups(stream.id, after=after, wait_seconds=20)
        assert page.groups, "no group came within the wait"
        groups += page.groups
    return groups


async def test_never_two_groups_with_one_sequence_nor_one_draw_twice(furnished: Furnished):
    groups = await drained(furnished, 10)
    assert [one.sequence for one in groups] == list(range(1, 11))
    assert len({one.id for one in groups}) == 10
    episodes = [member.episode_id for one in groups for member in one.members]
    assert len(set(episodes)) == len(episodes) == 40
    rewards = {member.reward for one in groups for member in one.members}
    assert rewards == {0.0, 1.0}


async def test_control_rewards_are_not_what_was_earned_and_the_true_ones_are_kept(
    furnished: Furnished,
):
    groups = await drained(furnished, 8, shuffle_rewards=True)
    differing, num_members = 0, 0
    for one in groups:
        for member in one.members:
            episode = await furnished.client.episode(member.episode_id)
            assert episode.verdict is not None
            assert (member.reward is None) == (episode.verdict.reward is None)
            differing += member.reward != episode.verdict.reward
            num_members += 1
    assert 0 < differing < num_members


async def test_an_evaluation_scores_every_trial_once(furnished: Furnished):
    client = furnished.client
    spec = EvaluationSpec(
        name="e", dataset_id=furnished.dataset_id, agent=SLIPPERY, num_trials=3, seed=2
    )
    reports = []
    for _ in range(2):
        run = await client.start_evaluation(spec)
        assert await ended(client, run.id) == JobStatus.SUCCEEDED
        report = (await client.evaluation_run(run.id)).report
        assert report is not None
        reports.append(report)
    assert reports[0] == reports[1], "the same spec and seed give the same report"
    assert all(scored == 3 for _, scored in reports[0].per_task.values())
    assert 0.0 < reports[0].pass_hat[1].value < 1.0


@dataclass
class Attempt:
    """What `is_outage` looks at of a job."""

    num_outages: int

    @property
    def job(self) -> "Attempt":
        return self


def test_a_job_is_given_up_for_an_outage_and_at_last_its_faults_are_kept():
    spoiled = Played(
        trajectory=Trajectory(
            id="t",
            episode_id="e",
            task_id="k",
            agent=SLIPPERY,
            user=UserSpec(),
            seed=0,
            messages=[],
            stop_reason=StopReason.INFRASTRUCTURE,
        ),
        verdict=fault_verdict(StopReason.INFRASTRUCTURE, "down", None),
    )
    good = spoiled.verdict.model_copy(update={"attribution": None})
    early: object = Attempt(0)
    late: object = Attempt(MAX_OUTAGES)
    assert is_outage(early, spoiled)  # pyright: ignore[reportArgumentType]
    assert not is_outage(late, spoiled)  # pyright: ignore[reportArgumentType]
    assert not is_outage(early, replace(spoiled, verdict=good))  # pyright: ignore[reportArgumentType]
