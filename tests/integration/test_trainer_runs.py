"""Whole runs with real ranks: GRPO learns, a killed rank loses nothing, two ranks are torchrun's."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import TrainingRun, TrainingStep
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import PolicyVersion
from seawright_trainer.adapters.local_launcher import LocalAttempt, LocalLauncher
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from tests.support.toy_world import share_right
from tests.support.trainer_house import TrainerHouse, open_house

pytestmark = pytest.mark.slow
NUM_STEPS = 16
KILLED_AT = 6


@dataclass
class WatchedLauncher:
    """Real processes; the test knows them, so that it can kill one."""

    inner: LocalLauncher = field(default_factory=LocalLauncher)
    attempts: list[LocalAttempt] = field(default_factory=list)

    async def launch(self, config: AttemptConfig) -> LocalAttempt:
        self.attempts.append(await self.inner.launch(config))
        return self.attempts[-1]


@dataclass
class Played:
    """What came of a run whose rank was killed at step 6, after a checkpoint at step 4."""

    run: TrainingRun
    steps: list[TrainingStep]
    commits: list[PolicyVersion]
    right_before: float
    right_after: float


async def play(folder: Path) -> Played:
    launcher = WatchedLauncher()
    url = f"sqlite+aiosqlite:///{folder}/trainer.db"
    async with open_house(folder, url, launcher) as house:
        spec = house.spec(num_steps=NUM_STEPS, checkpoint_every=4)
        batch = spec.batch.model_copy(update={"tasks_per_step": 6})
        run = await house.client.create_run(spec.model_copy(update={"batch": batch}))
        await reach(house, run.id, KILLED_AT)
        os.kill(launcher.attempts[0].process.pid, signal.SIGKILL)
        done = await house.until(run.id, JobStatus.SUCCEEDED, JobStatus.FAILED)
        assert done.status is JobStatus.SUCCEEDED, done.status_reason
        return Played(
            run=done,
            steps=(await house.client.steps(run.id)).data,
            commits=list(house.policy.commits),
            right_before=await asyncio.to_thread(share_right, house.base),
            right_after=await asyncio.to_thread(share_right, house.policy.commits[-1].uri),
        )


async def reach(house: TrainerHouse, run_id: str, step: int) -> None:
    """Return when the run has done so many steps."""
    async with asyncio.timeout(120):
        while True:
            if (await house.client.run(run_id)).step >= step:
                return
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return asyncio.run(play(tmp_path_factory.mktemp("grpo")))


def test_grpo_improves_a_toy_reward(played: Played):
    assert played.right_before < 0.25
    assert played.right_after > played.right_before + 0.3


def test_a_killed_rank_costs_one_attempt_and_no_accepted_step(played: Played):
    assert played.run.attempt == 2
    surviving = [step.step for step in played.steps if not step.rolled_back]
    assert surviving == list(range(1, NUM_STEPS + 1))
    lost = [step for step in played.steps if step.rolled_back]
    assert lost
    assert {step.attempt for step in lost} == {1}
    assert min(step.step for step in lost) == 5


def test_no_episode_is_in_two_steps(played: Played):
    episodes = [episode for step in played.steps for episode in step.episode_ids]
    assert len(episodes) == len(set(episodes)) == len(played.steps) * 6 * 8


def test_every_step_was_sampled_from_versions_at_most_two_old(played: Played):
    versions = [version.version for version in played.commits]
    assert versions == list(range(len(versions)))
    assert all(step.metrics["ess"] > 0.5 for step in played.steps)


@dataclass
class Told:
    """What came of a run whose rank was told to stop by SIGTERM, between checkpoints."""

    run: TrainingRun
    steps: list[TrainingStep]
    checkpoints: list[int]
    status: int | None
    outcome: Outcome


async def sft_with_sigterm(folder: Path) -> Told:
    launcher = WatchedLauncher()
    url = f"sqlite+aiosqlite:///{folder}/trainer.db"
    async with open_house(folder, url, launcher) as house:
        spec = house.spec("sft", num_steps=400, checkpoint_every=1000)
        run = await house.client.create_run(spec)
        await reach(house, run.id, 3)
        first = launcher.attempts[0]
        os.kill(first.process.pid, signal.SIGTERM)
        outcome = await first.wait()
        async with asyncio.timeout(60):
            while len(launcher.attempts) < 2:  # noqa: ASYNC110 - a list tells nobody
                await asyncio.sleep(0.02)
        checkpoints = [one.step for one in (await house.client.checkpoints(run.id)).data]
        await reach(house, run.id, checkpoints[0] + 1)
        steps = (await house.client.steps(run.id, limit=200)).data
        going = await house.client.run(run.id)
        await house.client.cancel(run.id)
        await house.until(run.id, JobStatus.CANCELLED)
        return Told(
            run=going,
            steps=steps,
            checkpoints=checkpoints,
            status=first.process.returncode,
            outcome=outcome,
        )


def test_sigterm_hands_back_a_checkpoint_and_nothing_is_lost(tmp_path: Path):
    told = asyncio.run(sft_with_sigterm(tmp_path))
    assert told.status == told.outcome.exit_code == ExitCode.TERMINATED == 143
    assert len(told.checkpoints) == 1, "made at SIGTERM: none was due"
    assert told.checkpoints[0] >= 3
    assert told.run.attempt == 2
    assert not any(step.rolled_back for step in told.steps)
    after = [step.attempt for step in told.steps if step.step > told.checkpoints[0]]
    assert after
    assert set(after) == {2}


async def sft_on_two_ranks(folder: Path) -> tuple[TrainingRun, float]:
    url = f"sqlite+aiosqlite:///{folder}/trainer.db"
    async with open_house(folder, url, LocalLauncher()) as house:
        run = await house.client.create_run(house.spec("sft", num_ranks=2, num_steps=10))
        done = await house.until(run.id, JobStatus.SUCCEEDED, JobStatus.FAILED)
        assert done.status is JobStatus.SUCCEEDED, done.status_reason
        uri = house.policy.commits[-1].uri
        return done, await asyncio.to_thread(share_right, uri)


def test_sft_by_torchrun_on_two_ranks_learns_and_is_served_once_at_its_end(tmp_path: Path):
    run, right = asyncio.run(sft_on_two_ranks(tmp_path))
    assert right > 0.9
    assert run.version == 1, "the base is 0"
