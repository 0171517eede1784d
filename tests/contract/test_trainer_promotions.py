"""What becomes of a run's checkpoints: promoted, exported, kept, through the real app."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import (
    CheckpointChoice,
    StepReport,
    TrainingRun,
    WorkRequest,
)
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.retention import RetentionSpec
from seawright_shared.stores.model_folders import weight_files, weights_digest
from tests.support.trainer_house import (
    PlayedAttempt,
    PlayedLauncher,
    TrainerHouse,
    open_house,
)

pytestmark = pytest.mark.anyio
NUM_STEPS = 5


@pytest.fixture
def ranks() -> PlayedLauncher:
    return PlayedLauncher()


@pytest.fixture
async def house(tmp_path: Path, ranks: PlayedLauncher) -> AsyncGenerator[TrainerHouse]:
    url = f"sqlite+aiosqlite:///{tmp_path}/trainer.db"
    async with open_house(tmp_path, url, ranks) as opened:
        yield opened


async def do_step(house: TrainerHouse, attempt: PlayedAttempt, step: int) -> None:
    """Train a step that changes the weights by one byte, and save it."""
    config = attempt.config
    while True:
        request = WorkRequest(step=step - 1, wait_seconds=5.0)
        work = await house.client.work(config.run_id, config.attempt, request)
        if work.action != "wait":
            break
    assert work.action == "train"
    export = Path(config.export_dir) / f"step_{step}_of_{config.attempt}"
    shutil.copytree(house.base, export)
    with weight_files(export)[-1].open("r+b") as file:
        file.seek(-1, 2)
        file.write(bytes([step]))
    report = StepReport(
        step=step,
        metrics={"applied": 1.0},
        export_uri=str(export),
        export_sha256=weights_digest(weight_files(export)),
        checkpoint_uri=f"{config.checkpoint_dir}/step_{step}",
    )
    await house.client.report_step(config.run_id, config.attempt, report)


async def done(house: TrainerHouse, ranks: PlayedLauncher, **changes: object) -> TrainingRun:
    """Return a run that saved five steps and ended."""
    spec = house.spec("sft", num_steps=NUM_STEPS, **changes)
    run = await house.client.create_run(spec)
    attempt = await ranks.next()
    for step in range(1, NUM_STEPS + 1):
        await do_step(house, attempt, step)
    attempt.end()
    return await house.until(run.id, JobStatus.SUCCEEDED, JobStatus.FAILED)


async def kept_steps(house: TrainerHouse, run_id: str) -> list[int]:
    return [each.step for each in (await house.client.checkpoints(run_id)).data]


async def test_the_newest_and_every_kth_are_listed(house: TrainerHouse, ranks: PlayedLauncher):
    run = await done(house, ranks, retention=RetentionSpec(newest=1, every=2))
    assert await kept_steps(house, run.id) == [5, 4, 2]


async def test_a_promoted_checkpoint_is_served_and_said_to_be(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run = await done(house, ranks)
    served = (await house.client.run(run.id)).version
    promoted = await house.client.promote(run.id, CheckpointChoice(step=4))
    assert (promoted.step, promoted.version) == (4, served + 1)
    assert house.policy.commits[-1].version == promoted.version
    again = await house.client.promote(run.id, CheckpointChoice(step=4))
    assert again.version == promoted.version, "it is served already"
    found = {each.step: each for each in (await house.client.checkpoints(run.id)).data}
    assert found[4].promoted_version == promoted.version
    assert found[5].promoted_version is None


async def test_ranks_are_told_which_checkpoints_were_promoted(
    house: TrainerHouse, ranks: PlayedLauncher
):
    spec = house.spec("sft", num_steps=NUM_STEPS, retention=RetentionSpec(newest=1))
    run = await house.client.create_run(spec)
    first = await ranks.next()
    await do_step(house, first, 1)
    with pytest.raises(ConflictError, match="pause it first"):
        await house.client.promote(run.id, CheckpointChoice())
    await house.client.pause(run.id)
    first.end()
    await house.until(run.id, JobStatus.PAUSED)
    await house.client.promote(run.id, CheckpointChoice())
    await house.client.resume(run.id)
    second = await ranks.next()
    assert second.config.promoted_steps == [1]
    for step in range(2, NUM_STEPS + 1):
        await do_step(house, second, step)
    second.end()
    await house.until(run.id, JobStatus.SUCCEEDED)
    assert await kept_steps(house, run.id) == [NUM_STEPS, 1]


async def test_an_exported_checkpoint_outlives_the_runs_own_exports(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run = await done(house, ranks)
    made = await house.client.export(run.id, CheckpointChoice(step=4))
    assert made == await house.client.export(run.id, CheckpointChoice(step=4))
    shutil.rmtree(Path(ranks.attempts[0].config.export_dir))
    assert weights_digest(weight_files(Path(made.uri))) == made.sha256
    assert (Path(made.uri) / "tokenizer.json").is_file()
    with pytest.raises(ConflictError, match="the export of step 5 is gone"):
        await house.client.export(run.id, CheckpointChoice())


async def test_damaged_weights_are_neither_promoted_nor_exported(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run = await done(house, ranks)
    export = Path(ranks.attempts[0].config.export_dir) / "step_5_of_1"
    with weight_files(export)[0].open("r+b") as file:
        file.seek(-2, 2)
        file.write(b"xx")
    for verb in (house.client.promote, house.client.export):
        with pytest.raises(ConflictError, match="not what was written"):
            await verb(run.id, CheckpointChoice())


async def test_a_step_without_a_checkpoint_is_refused_and_the_others_named(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run = await done(house, ranks, retention=RetentionSpec(newest=2))
    with pytest.raises(NotFoundError, match="there are: 5, 4"):
        await house.client.export(run.id, CheckpointChoice(step=1))
