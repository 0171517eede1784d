"""What died goes on when its letter is taken up again: nothing is lost, nothing is done twice."""

import asyncio
from pathlib import Path

import pytest

from seawright_orchestrator.adapters.sql_episodes import EPISODE_JOB
from seawright_orchestrator.adapters.sql_evaluations import TASK_JOB
from seawright_orchestrator.adapters.sql_rollouts import GROUP_JOB
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.store_wiring import remember
from seawright_shared.contracts.orchestrator import EpisodeRequest
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs import Failure, FailureClass, Leases
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import DatasetSpec, EvaluationSpec, RolloutStreamSpec
from seawright_shared.records.trajectories import AgentSpec
from tests.contract.orchestrator_house import ended, opened, synthesis_spec

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
BROKEN = Failure(failure_class=FailureClass.REFUSED, code="broken", message="it cannot be done")
ORACLE = AgentSpec(kind="scripted")
NUM_TRIALS = 2


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"{request.param}_url")


async def give_up_one(url: str, kind: str) -> None:
    """Take one job as a worker of the service would, and let it die."""
    stores = remember(Settings(database_url=url))
    leases = Leases(stores.kit.queue)
    (job,) = await leases.claim("a worker", [kind], limit=1)
    async with stores.database.transaction() as connection:
        await leases.fail(connection, job, BROKEN)
    await stores.kit.aclose()
    await stores.database.aclose()


async def furnish(folder: Path, url: str) -> str:
    """Return a dataset of tasks."""
    async with opened(folder, database_url=url) as house:
        spec = synthesis_spec(num_streams=1, num_iterations=1, candidates_per_iteration=60)
        run = await house.client.start_synthesis(spec)
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        dataset = DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id], max_items=3)
        return (await house.client.create_dataset(dataset)).id


async def test_a_failed_run_goes_on_with_all_its_work_when_its_letter_is_taken_up(
    url: str, tmp_path: Path
):
    dataset_id = await furnish(tmp_path, url)
    async with opened(tmp_path, database_url=url, num_workers=0) as house:
        client = house.client
        spec = EvaluationSpec(name="e", dataset_id=dataset_id, agent=ORACLE, num_trials=NUM_TRIALS)
        run = await client.start_evaluation(spec)
        await give_up_one(url, TASK_JOB)
        assert (await client.evaluation_run(run.id)).status is JobStatus.FAILED
        (letter,) = (await client.dead_letters(is_open=True)).data
        assert (letter.run_id, letter.kind, letter.message) == (run.id, TASK_JOB, BROKEN.message)
        taken = await client.requeue_dead_letter(letter.id)
        assert taken.job_status is JobStatus.QUEUED
        assert (await client.evaluation_run(run.id)).status is JobStatus.QUEUED
        with pytest.raises(ConflictError):
            await client.requeue_dead_letter(letter.id)
        with pytest.raises(NotFoundError):
            await client.requeue_dead_letter(letter.id + 1)
        assert (await client.dead_letters(is_open=True)).data == []
    async with opened(tmp_path, database_url=url) as house:
        async with asyncio.timeout(240):
            while not (await house.client.evaluation_run(run.id)).status.is_final:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        done = await house.client.evaluation_run(run.id)
        assert done.status is JobStatus.SUCCEEDED
        assert done.report is not None
        assert [scored for _, scored in done.report.per_task.values()] == [NUM_TRIALS] * 3
        assert done.num_episodes_done == 3 * NUM_TRIALS


async def test_an_episode_that_died_is_asked_for_again(url: str, tmp_path: Path):
    dataset_id = await furnish(tmp_path, url)
    async with opened(tmp_path, database_url=url, num_workers=0) as house:
        client = house.client
        episode = EpisodeRequest(
            task_id=(await client.dataset_tasks(dataset_id)).data[0].id, agent=ORACLE
        )
        await client.play_episode("ep_alone", episode)
        await give_up_one(url, EPISODE_JOB)
        assert (await client.episode("ep_alone")).status is JobStatus.FAILED
        (letter,) = (await client.dead_letters()).data
        await client.requeue_dead_letter(letter.id)
        assert (await client.episode("ep_alone")).status is JobStatus.QUEUED


async def test_a_group_whose_place_was_given_away_is_not_played_again(url: str, tmp_path: Path):
    dataset_id = await furnish(tmp_path, url)
    async with opened(tmp_path, database_url=url, num_workers=0) as house:
        client = house.client
        stream = await client.open_rollout_stream(
            RolloutStreamSpec(
                training_run_id="trun_1", dataset_id=dataset_id, agent=ORACLE, group_size=2
            )
        )
        await client.grant_credits(stream.id, 1)
        await give_up_one(url, GROUP_JOB)
        (group,) = (await client.groups(stream.id)).groups
        assert group.members == []
        (letter,) = (await client.dead_letters()).data
        with pytest.raises(ConflictError, match="further credit"):
            await client.requeue_dead_letter(letter.id)
        assert (await client.dead_letters(is_open=True)).data == [letter]
