"""What a training run made is served, whatever died in between."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import StepReport, WorkRequest
from seawright_shared.errors import UnavailableError
from seawright_shared.records.jobs import JobStatus
from seawright_trainer.core.attempts import ExitCode
from tests.support.trainer_house import (
    PlayedAttempt,
    PlayedLauncher,
    TrainerHouse,
    open_house,
)

pytestmark = pytest.mark.anyio
NUM_STEPS = 3


@pytest.fixture
def ranks() -> PlayedLauncher:
    return PlayedLauncher()


@pytest.fixture
async def house(tmp_path: Path, ranks: PlayedLauncher) -> AsyncGenerator[TrainerHouse]:
    url = f"sqlite+aiosqlite:///{tmp_path}/trainer.db"
    async with open_house(tmp_path, url, ranks) as opened:
        yield opened


async def asked(house: TrainerHouse, attempt: PlayedAttempt, step: int) -> str:
    """Ask as rank 0 does, until there is a decision."""
    run_id, number = attempt.config.run_id, attempt.config.attempt
    while True:
        request = WorkRequest(step=step, wait_seconds=5.0)
        work = await house.client.work(run_id, number, request)
        if work.action != "wait":
            return work.action


def report_of(house: TrainerHouse, attempt: PlayedAttempt, step: int) -> StepReport:
    return StepReport(
        step=step,
        metrics={"applied": 1.0},
        export_uri=str(house.base),
        export_sha256=f"{step:064d}",
        checkpoint_uri=f"{attempt.config.checkpoint_dir}/step_{step}",
    )


async def test_last_weights_whose_publication_died_are_served_by_the_next_attempt(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run = await house.client.create_run(house.spec("sft", num_steps=NUM_STEPS))
    first = await ranks.next()
    for step in range(1, NUM_STEPS):
        assert await asked(house, first, step - 1) == "train"
        await house.client.report_step(run.id, 1, report_of(house, first, step))
    assert await asked(house, first, NUM_STEPS - 1) == "train"
    house.policy.is_away = True
    with pytest.raises(UnavailableError):
        await house.client.report_step(run.id, 1, report_of(house, first, NUM_STEPS))
    first.end(ExitCode.FAULT, "killed while its last report was answered")
    second = await ranks.next()
    house.policy.is_away = False
    assert await asked(house, second, NUM_STEPS) == "finish"
    second.end()
    done = await house.until(run.id, JobStatus.SUCCEEDED, JobStatus.FAILED)
    assert done.status is JobStatus.SUCCEEDED
    last = house.policy.commits[-1]
    assert (last.step, last.sha256) == (NUM_STEPS, f"{NUM_STEPS:064d}")
    assert done.version == last.version
    assert [step.step for step in (await house.client.steps(run.id)).data] == [1, 2, 3]
