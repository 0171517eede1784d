"""The trainer's promises to people and to ranks, through its real app."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import (
    HeartbeatRequest,
    StepReport,
    TrainingRun,
    Work,
    WorkRequest,
)
from seawright_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import AlgorithmSpec, BatchSpec, ModelSpec
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.adapters.batch_codec import decode_batch
from seawright_trainer.core.attempts import ExitCode
from tests.support.trainer_house import (
    PlayedAttempt,
    PlayedLauncher,
    TrainerHouse,
    open_house,
)

pytestmark = pytest.mark.anyio
on_both = pytest.mark.parametrize(
    "house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
FINAL = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


@pytest.fixture
def ranks() -> PlayedLauncher:
    return PlayedLauncher()


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, ranks: PlayedLauncher
) -> AsyncGenerator[TrainerHouse]:
    url = f"sqlite+aiosqlite:///{tmp_path}/trainer.db"
    if getattr(request, "param", "sqlite") == "postgres":
        url = request.getfixturevalue("postgres_url")
    async with open_house(tmp_path, url, ranks) as opened:
        yield opened


async def ask(house: TrainerHouse, attempt: PlayedAttempt, step: int) -> Work:
    """Ask as rank 0 does, until there is a decision."""
    run_id, number = attempt.config.run_id, attempt.config.attempt
    while True:
        request = WorkRequest(step=step, wait_seconds=5.0)
        work = await house.client.work(run_id, number, request)
        if work.action != "wait":
            return work


async def episodes_of(house: TrainerHouse, attempt: PlayedAttempt, work: Work) -> list[str]:
    assert work.batch is not None
    blobs = FolderBlobs(Path(attempt.config.blob_dir))
    return list(decode_batch(await blobs.get(work.batch)).episode_ids)


async def play_step(
    house: TrainerHouse, attempt: PlayedAttempt, step: int, *, checkpoint: bool = False
) -> StepReport:
    """Do step `step` without training: the export is the base itself."""
    work = await ask(house, attempt, step - 1)
    assert work.action == "train"
    report = StepReport(
        step=step,
        episode_ids=await episodes_of(house, attempt, work),
        metrics={"loss": 0.5, "applied": 1.0},
        export_uri=str(house.base),
        export_sha256=f"{step:064d}",
        checkpoint_uri=f"{attempt.config.checkpoint_dir}/step_{step}" if checkpoint else None,
    )
    await house.client.report_step(attempt.config.run_id, attempt.config.attempt, report)
    return report


async def started(
    house: TrainerHouse, ranks: PlayedLauncher, kind: str = "grpo", **changes: object
) -> tuple[TrainingRun, PlayedAttempt]:
    run = await house.client.create_run(house.spec(kind, **changes))
    return run, await ranks.next()


@on_both
async def test_a_run_is_accepted_once_per_key(house: TrainerHouse):
    first = await house.client.create_run(house.spec("sft"), idempotency_key="once")
    again = await house.client.create_run(house.spec("sft"), idempotency_key="once")
    assert first.id == again.id
    assert [run.id for run in (await house.client.runs()).data] == [first.id]
    with pytest.raises(InvalidRequestError):
        await house.client.create_run(house.spec(), idempotency_key="once")


async def test_a_created_run_is_202_with_its_place(house: TrainerHouse):
    body = house.spec("sft").model_dump(mode="json")
    reply = await house.http.post("/v1/training-runs", json=body)
    assert reply.status_code == 202
    assert reply.headers["location"] == f"/v1/training-runs/{reply.json()['id']}"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"batch": BatchSpec(max_length=512, token_budget=256)}, "/batch/token_budget"),
        ({"batch": BatchSpec(max_length=512, token_budget=512)}, "/batch/max_length"),
        ({"num_ranks": 2, "num_replicas": 3}, "/num_replicas"),
        ({"num_ranks": 6, "num_replicas": 2, "expert_parallel": 2}, "/expert_parallel"),
        ({"num_ranks": 2, "expert_parallel": 2}, "/expert_parallel"),
        ({"role": "user"}, "/role"),
        ({"model": ModelSpec(uri="/nowhere", name="tiny")}, "/model/uri"),
        (
            {"algorithm": AlgorithmSpec(min_valid_members=9)},
            "/algorithm/min_valid_members",
        ),
    ],
)
async def test_an_impossible_spec_is_refused_by_field(
    house: TrainerHouse, changes: dict[str, object], pointer: str
):
    with pytest.raises(InvalidRequestError) as refused:
        await house.client.create_run(house.spec("grpo", **changes))
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert (await house.client.runs()).data == []


async def test_a_typo_in_a_spec_is_refused(house: TrainerHouse):
    body = {**house.spec().model_dump(mode="json"), "learning_rat": 1}
    reply = await house.http.post("/v1/training-runs", json=body)
    assert reply.status_code == 422
    assert "learning_rat" in reply.text


async def test_an_unknown_run_is_not_found(house: TrainerHouse):
    with pytest.raises(NotFoundError):
        await house.client.run("trun_none")
    with pytest.raises(NotFoundError):
        await house.client.steps("trun_none")


@on_both
async def test_grpo_steps_take_new_episodes_and_publish_rising_versions(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, attempt = await started(house, ranks)
    used: list[str] = []
    for step in (1, 2, 3):
        used += (await play_step(house, attempt, step, checkpoint=step != 1)).episode_ids
    assert (await ask(house, attempt, 3)).action == "finish"
    attempt.end()
    done = await house.until(run.id, *FINAL)
    assert (done.status, done.step, done.version) == (JobStatus.SUCCEEDED, 3, 3)
    steps = (await house.client.steps(run.id)).data
    assert [step.version for step in steps] == [1, 2, 3]
    assert sorted(e for step in steps for e in step.episode_ids) == sorted(used)
    assert len(set(used)) == len(used) == 3 * 2 * 8
    assert [v.version for v in house.policy.commits] == [0, 1, 2, 3]
    assert [v.version for v in (await house.client.versions("tiny")).data] == [3, 2, 1, 0]
    assert [c.step for c in (await house.client.checkpoints(run.id)).data] == [3, 2]
    assert done.num_groups["used"] == 6
    assert house.rollouts.is_closed
    assert (
        house.rollouts.granted
        <= 6
        + sum(num for state, num in done.num_groups.items() if state not in {"used", "ready"})
        + 3 * 2
    )
    types = [event.type for event in (await house.client.events(run.id)).data]
    assert types[0] == "run.queued"
    assert types[-1] == "run.succeeded"


@on_both
async def test_steps_are_paged_in_order(house: TrainerHouse, ranks: PlayedLauncher):
    run, attempt = await started(house, ranks, kind="sft")
    for step in (1, 2, 3):
        await play_step(house, attempt, step)
    first = await house.client.steps(run.id, limit=2)
    rest = await house.client.steps(run.id, limit=2, cursor=first.next_cursor)
    assert [step.step for step in [*first.data, *rest.data]] == [1, 2, 3]
    assert not rest.has_more


@on_both
async def test_asking_and_reporting_twice_change_nothing(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, attempt = await started(house, ranks)
    first = await ask(house, attempt, 0)
    assert first == await ask(house, attempt, 0)
    report = await play_step(house, attempt, 1, checkpoint=True)
    again = await house.client.report_step(run.id, 1, report)
    assert again.version == 1
    assert len((await house.client.steps(run.id)).data) == 1
    assert len((await house.client.checkpoints(run.id)).data) == 1
    assert [v.version for v in house.policy.commits] == [0, 1]


async def test_a_report_of_other_episodes_is_refused(house: TrainerHouse, ranks: PlayedLauncher):
    run, attempt = await started(house, ranks)
    work = await ask(house, attempt, 0)
    episodes = await episodes_of(house, attempt, work)
    foreign = StepReport(step=1, episode_ids=[*episodes[1:], "ep_foreign"], metrics={})
    with pytest.raises(ConflictError, match="other episodes"):
        await house.client.report_step(run.id, 1, foreign)
    skipped = StepReport(step=2, episode_ids=[], metrics={})
    with pytest.raises(ConflictError, match="no batch"):
        await house.client.report_step(run.id, 1, skipped)
    assert (await house.client.steps(run.id)).data == []


async def test_an_attempt_that_lost_the_run_can_neither_train_nor_report(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, zombie = await started(house, ranks)
    work = await ask(house, zombie, 0)
    zombie.end(ExitCode.FAULT, "killed")
    await ranks.next()
    assert zombie.is_stopped
    assert (await house.client.work(run.id, 1, WorkRequest(step=0))).action == "stop"
    beat = HeartbeatRequest(rank=0, phase="step", step=0)
    assert not (await house.client.heartbeat(run.id, 1, beat)).valid
    late = StepReport(step=1, episode_ids=await episodes_of(house, zombie, work), metrics={})
    with pytest.raises(ConflictError):
        await house.client.report_step(run.id, 1, late)


@on_both
async def test_steps_after_the_checkpoint_are_rolled_back_and_redone_with_new_episodes(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, first = await started(house, ranks, num_steps=4)
    for step in (1, 2, 3):
        await play_step(house, first, step, checkpoint=step == 2)
    first.end(ExitCode.FAULT, "killed")
    second = await ranks.next()
    assert [Path(uri).name for uri in second.config.candidates] == ["step_2"]
    await play_step(house, second, 3)
    await play_step(house, second, 4, checkpoint=True)
    assert (await ask(house, second, 4)).action == "finish"
    second.end()
    await house.until(run.id, JobStatus.SUCCEEDED)
    steps = (await house.client.steps(run.id)).data
    told = [(step.step, step.attempt, step.rolled_back) for step in steps]
    assert told == [
        (1, 1, False),
        (2, 1, False),
        (3, 1, True),
        (3, 2, False),
        (4, 2, False),
    ]
    episodes = [episode for step in steps for episode in step.episode_ids]
    assert len(set(episodes)) == len(episodes) == 5 * 2 * 8
    versions = [version.version for version in house.policy.commits]
    assert versions == sorted(set(versions))
    assert house.policy.commits[4].step == 2, "the checkpoint's weights, under a new number"


async def test_a_run_out_of_attempts_fails_and_says_why(house: TrainerHouse, ranks: PlayedLauncher):
    run, first = await started(house, ranks, kind="sft", max_attempts=2)
    first.end(ExitCode.FAULT, "first")
    (await ranks.next()).end(ExitCode.FAULT, "rank 1 fell silent")
    failed = await house.until(run.id, *FINAL)
    assert failed.status is JobStatus.FAILED
    assert failed.status_reason is not None
    assert "rank 1 fell silent" in failed.status_reason.message
    resumed = await house.client.resume(run.id)
    assert resumed.status is JobStatus.QUEUED
    third = await ranks.next()
    assert third.config.attempt == 3


@on_both
async def test_a_dead_run_goes_on_when_its_letter_is_taken_up(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, first = await started(house, ranks, kind="sft")
    first.end(ExitCode.CONFIG, "no such architecture")
    await house.until(run.id, JobStatus.FAILED)
    (letter,) = (await house.client.dead_letters(is_open=True)).data
    assert (letter.run_id, letter.failure_class) == (run.id, "refused")
    assert letter.message == "no such architecture"
    taken = await house.client.requeue_dead_letter(letter.id)
    assert taken.requeued_at is not None
    second = await ranks.next()
    assert second.config.attempt == 2
    going = await house.client.run(run.id)
    assert going.status in {JobStatus.QUEUED, JobStatus.RUNNING}
    assert going.status_reason is None
    with pytest.raises(ConflictError):
        await house.client.requeue_dead_letter(letter.id)
    with pytest.raises(NotFoundError):
        await house.client.requeue_dead_letter(letter.id + 1)
    types = [event.type for event in (await house.client.events(run.id)).data]
    assert types.count("run.resumed") == 1


async def test_a_wrong_config_is_not_tried_again(house: TrainerHouse, ranks: PlayedLauncher):
    run, first = await started(house, ranks, kind="sft")
    first.end(ExitCode.CONFIG, "no such architecture")
    failed = await house.until(run.id, *FINAL)
    assert (failed.status, failed.attempt) == (JobStatus.FAILED, 1)
    assert failed.status_reason is not None
    assert failed.status_reason.message == "no such architecture"


async def test_groups_that_never_vary_fail_the_run_clearly(
    house: TrainerHouse, ranks: PlayedLauncher
):
    house.rollouts.reward_all = 1.0
    run, attempt = await started(house, ranks, algorithm=AlgorithmSpec(max_refills=10))
    await house.client.work(run.id, 1, WorkRequest(step=0, wait_seconds=0))
    failed = await house.until(run.id, *FINAL)
    assert failed.status is JobStatus.FAILED
    assert failed.status_reason is not None
    assert failed.status_reason.code == "no-variance"
    assert attempt.is_stopped


async def test_a_policy_that_lost_its_weights_gets_them_again(
    house: TrainerHouse, ranks: PlayedLauncher
):
    _, attempt = await started(house, ranks)
    await play_step(house, attempt, 1)
    house.policy.served_model = None
    async with asyncio.timeout(30):
        while len(house.policy.commits) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert [version.version for version in house.policy.commits] == [0, 1, 1]
    await play_step(house, attempt, 2)


@on_both
async def test_a_cancelled_run_ends_and_its_ranks_with_it(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, attempt = await started(house, ranks)
    await house.client.cancel(run.id)
    cancelled = await house.until(run.id, *FINAL)
    assert cancelled.status is JobStatus.CANCELLED
    assert attempt.is_stopped
    assert (await house.client.work(run.id, 1, WorkRequest(step=0))).action == "stop"
    assert (await house.client.cancel(run.id)).status is JobStatus.CANCELLED
    with pytest.raises(ConflictError):
        await house.client.resume(run.id)


async def test_a_paused_run_checkpoints_rests_and_goes_on(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, first = await started(house, ranks, kind="sft")
    await play_step(house, first, 1)
    await house.client.pause(run.id)
    assert (await ask(house, first, 1)).action == "pause"
    saved = StepReport(
        step=1,
        metrics={},
        checkpoint_uri="/c/step_1",
        export_uri=str(house.base),
        export_sha256="0" * 64,
    )
    await house.client.report_step(run.id, 1, saved)
    first.end()
    assert (await house.until(run.id, JobStatus.PAUSED)).step == 1
    await house.client.resume(run.id)
    second = await ranks.next()
    assert second.config.candidates == ["/c/step_1"]
    await play_step(house, second, 2)
    await play_step(house, second, 3)
    second.end()
    assert (await house.until(run.id, *FINAL)).status is JobStatus.SUCCEEDED


async def test_a_wished_checkpoint_is_asked_of_the_ranks_once(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, attempt = await started(house, ranks, kind="sft")
    await play_step(house, attempt, 1)
    await house.client.checkpoint(run.id)
    assert (await ask(house, attempt, 1)).action == "checkpoint"
    saved = StepReport(step=1, metrics={}, checkpoint_uri="/c/step_1")
    await house.client.report_step(run.id, 1, saved)
    assert (await ask(house, attempt, 1)).action == "train"
    assert [c.step for c in (await house.client.checkpoints(run.id)).data] == [1]


async def test_a_checkpoint_that_became_whole_later_is_told_with_its_own_step(
    house: TrainerHouse, ranks: PlayedLauncher
):
    run, first = await started(house, ranks, kind="sft")
    await play_step(house, first, 1)
    await play_step(house, first, 2)
    saved = StepReport(
        step=2,
        metrics={},
        saved_step=1,
        checkpoint_uri="/c/step_1",
        saved_export_uri=str(house.base),
        saved_export_sha256="1" * 64,
    )
    for _ in range(2):
        await house.client.report_step(run.id, 1, saved)
    (known,) = (await house.client.checkpoints(run.id)).data
    assert (known.step, known.uri, known.export_uri) == (1, "/c/step_1", str(house.base))
    assert (await house.client.run(run.id)).step == 2, "a checkpoint moves no step"
    first.end(ExitCode.FAULT)
    second = await ranks.next()
    assert second.config.candidates == ["/c/step_1"]
