"""SFT that is measured while it trains: what is played, when it ends, and what stays served."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import StepReport, TrainingRun, Work, WorkRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import EarlyStopSpec, MixSpec
from seawright_trainer.core.attempts import ExitCode
from tests.support.trainer_house import PlayedAttempt, PlayedLauncher, TrainerHouse, open_house

pytestmark = pytest.mark.anyio
FINAL = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)
MIX = MixSpec(weights={"retail": 1.0})
EARLY = EarlyStopSpec(dataset_id="ds_tasks", every=2, patience=2)


@pytest.fixture
def ranks() -> PlayedLauncher:
    return PlayedLauncher()


@pytest.fixture
async def house(tmp_path: Path, ranks: PlayedLauncher) -> AsyncGenerator[TrainerHouse]:
    url = f"sqlite+aiosqlite:///{tmp_path}/trainer.db"
    async with open_house(tmp_path, url, ranks) as opened:
        yield opened


@dataclass
class Rank:
    """Rank 0 of one attempt, which trains nothing."""

    house: TrainerHouse
    attempt: PlayedAttempt

    async def ask(self, step: int, *, wait_seconds: float = 5.0) -> Work:
        request = WorkRequest(step=step, wait_seconds=wait_seconds)
        run_id, number = self.attempt.config.run_id, self.attempt.config.attempt
        return await self.house.client.work(run_id, number, request)

    async def decided(self, step: int) -> Work:
        """Ask until there is a decision."""
        async with asyncio.timeout(30):
            while True:
                work = await self.ask(step)
                if work.action != "wait":
                    return work

    async def train_until_told(self, step: int, *, checkpoint_every: int = 100) -> int:
        """Do steps until there are no more; return the last one."""
        while (work := await self.decided(step)).action == "train":
            step += 1
            is_saved = step % checkpoint_every == 0
            folder = self.attempt.config.checkpoint_dir
            report = StepReport(
                step=step,
                metrics={"loss": 0.5, "applied": 1.0},
                export_uri=str(self.house.base),
                export_sha256=f"{step:064d}",
                checkpoint_uri=f"{folder}/step_{step}" if is_saved else None,
            )
            run_id, number = self.attempt.config.run_id, self.attempt.config.attempt
            await self.house.client.report_step(run_id, number, report)
        assert work.action == "finish"
        return step


async def started(
    house: TrainerHouse, ranks: PlayedLauncher, **changes: object
) -> tuple[TrainingRun, Rank]:
    spec = house.spec("sft", **{"num_steps": 20, "early_stop": EARLY, **changes})
    run = await house.client.create_run(spec)
    return run, Rank(house, await ranks.next())


async def test_a_run_ends_when_patience_does_and_leaves_its_best_weights_served(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.evaluations.told = [0.2, 0.6, 0.5, 0.6]
    run, rank = await started(house, ranks)
    last = await rank.train_until_told(0)
    assert last == 9, "the fourth evaluation, of step 8, is awaited before step 10"
    rank.attempt.end()
    done = await house.until(run.id, *FINAL)
    assert (done.status, done.step, done.best_step) == (JobStatus.SUCCEEDED, 9, 4)
    assert [(one.step, one.pass_1) for one in done.evaluations] == [
        (2, 0.2),
        (4, 0.6),
        (6, 0.5),
        (8, 0.6),
    ]
    assert house.evaluations.steps == [2, 4, 6, 8], "each met its own weights"
    assert [commit.step for commit in house.policy.commits] == [0, 2, 4, 6, 8, 4]
    assert house.policy.commits[-1].version == done.version == 5
    assert house.policy.commits[-1].sha256 == f"{4:064d}"
    played = house.evaluations.specs[0]
    assert (played.dataset_id, played.agent.model, played.num_trials) == ("ds_tasks", "tiny", 1)
    events = [event.type for event in (await house.client.events(run.id)).data]
    assert events.count("evaluation.started") == events.count("evaluation.finished") == 4
    assert [one.best_step for one in (await house.client.runs()).data] == [4]


async def test_a_run_that_goes_on_getting_better_does_all_its_steps_and_serves_the_last(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.evaluations.told = [0.1, 0.2, 0.3]
    run, rank = await started(house, ranks, num_steps=5)
    assert await rank.train_until_told(0) == 5
    rank.attempt.end()
    done = await house.until(run.id, *FINAL)
    assert (done.status, done.best_step) == (JobStatus.SUCCEEDED, 5)
    assert [commit.step for commit in house.policy.commits] == [0, 2, 4, 5]


async def test_training_goes_on_beside_an_evaluation_and_then_says_what_it_waits_for(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.evaluations.is_held = True
    _, rank = await started(house, ranks)
    for step in (0, 1, 2):
        work = await rank.decided(step)
        assert work.action == "train"
        report = StepReport(
            step=step + 1,
            metrics={"applied": 1.0},
            export_uri=str(house.base),
            export_sha256=f"{step + 1:064d}",
        )
        await house.client.report_step(rank.attempt.config.run_id, 1, report)
        if step == 2:
            assert work.kept_steps == [2], "what is being played is not thrown away"
    work = await rank.ask(3, wait_seconds=0.0)
    assert work.action == "wait"
    assert work.missing == "evaluation erun_0 of step 2: 3 of 8 episodes"
    house.evaluations.is_held = False
    assert (await rank.decided(3)).action == "train"


async def test_a_run_that_dies_while_it_is_measured_starts_no_second_evaluation(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.evaluations.told = [0.5, 0.4, 0.3]
    run, rank = await started(house, ranks, num_steps=6, early_stop=EARLY)
    for step in (0, 1, 2):
        await rank.decided(step)
        report = StepReport(
            step=step + 1,
            metrics={"applied": 1.0},
            export_uri=str(house.base),
            export_sha256=f"{step + 1:064d}",
        )
        await house.client.report_step(run.id, 1, report)
    rank.attempt.end(ExitCode.FAULT, "killed")
    again = Rank(house, await ranks.next())
    assert await again.train_until_told(0) == 6
    again.attempt.end()
    done = await house.until(run.id, *FINAL)
    assert (done.status, done.attempt, done.best_step) == (JobStatus.SUCCEEDED, 2, 2)
    assert [one.step for one in done.evaluations] == [2, 4, 6]
    assert len(house.evaluations.specs) == 3
    assert house.policy.commits[-1].sha256 == f"{2:064d}"


async def test_an_evaluation_that_fails_fails_the_run_by_name_and_a_resumed_run_tries_anew(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.evaluations.told = [None, 0.5]
    run, rank = await started(house, ranks, num_steps=2)
    with pytest.raises(InvalidRequestError, match="evaluation erun_0 of step 2 failed"):
        await rank.train_until_told(0, checkpoint_every=2)
    rank.attempt.end(ExitCode.CONFIG, "evaluation erun_0 of step 2 failed")
    failed = await house.until(run.id, *FINAL)
    assert failed.status is JobStatus.FAILED
    assert failed.evaluations == []
    await house.client.resume(run.id)
    again = Rank(house, await ranks.next())
    await again.train_until_told(0)
    again.attempt.end()
    done = await house.until(run.id, JobStatus.SUCCEEDED)
    assert [(one.evaluation_run_id, one.pass_1) for one in done.evaluations] == [("erun_1", 0.5)]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"early_stop": EarlyStopSpec(dataset_id="ds_none")}, "/early_stop/dataset_id"),
        ({"early_stop": EarlyStopSpec(dataset_id="ds_toy")}, "/early_stop/dataset_id"),
        ({"role": "user", "dataset_id": "ds_user"}, "/early_stop"),
        ({"kind": "grpo", "dataset_id": "ds_tasks"}, "/early_stop"),
        (
            {"kind": "grpo", "dataset_id": "ds_tasks", "early_stop": None, "mix": MIX},
            "/mix",
        ),
        ({"dataset_id": "ds_none"}, "/dataset_id"),
        ({"dataset_id": "ds_tasks"}, "/dataset_id"),
        ({"dataset_id": "ds_user"}, "/dataset_id"),
        ({"early_stop": None, "role": "user"}, "/dataset_id"),
    ],
)
async def test_a_spec_that_cannot_be_measured_or_mixed_is_refused_by_field(
    house: TrainerHouse, changes: dict[str, object], pointer: str
):
    spec = house.spec("sft").model_copy(update={"early_stop": EARLY, **changes})
    with pytest.raises(InvalidRequestError) as refused:
        await house.client.create_run(spec)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert (await house.client.runs()).data == []


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("early_stop", {"dataset_id": "ds_tasks", "patience": 0}, "/early_stop/patience"),
        ("early_stop", {"dataset_id": "ds_tasks", "evry": 3}, "/early_stop/evry"),
        ("early_stop", {"every": 3}, "/early_stop/dataset_id"),
        ("early_stop", {"dataset_id": "ds_tasks", "min_gain": 1.5}, "/early_stop/min_gain"),
        ("mix", {"weights": {}}, "/mix/weights"),
        ("mix", {"weights": {"retail": 0}}, "/mix/weights/retail"),
        ("mix", {"weights": {"retail": -1}}, "/mix/weights/retail"),
        ("mix", {"weights": {"retail": 1}, "steps": "both"}, "/mix/steps"),
    ],
)
async def test_a_wrong_value_is_refused_by_its_place(
    house: TrainerHouse, field: str, value: object, pointer: str
):
    body = {**house.spec("sft").model_dump(mode="json"), field: value}
    reply = await house.http.post("/v1/training-runs", json=body)
    assert reply.status_code == 422
    assert pointer in [fault["pointer"] for fault in reply.json()["errors"]]
