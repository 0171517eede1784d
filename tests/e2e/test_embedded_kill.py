"""A killed embedded process loses nothing: the same folder continues (issue 2)."""

import asyncio
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from seawright_console.usecases.follow_runs import FollowRuns
from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.orchestrator import SynthesisReport
from seawright_shared.records.base import content_hash
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import (
    BatchSpec,
    DatasetSpec,
    ModelSpec,
    OptimizerSpec,
    SynthesisSpec,
    TrainingSpec,
)
from seawright_shared.records.tasks import Task
from tests.e2e.embedded_process import EmbeddedProcess, free_port, until, write_model
from tests.unit.console.usecases.test_follow_runs import Paper

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SPEC = SynthesisSpec(
    domain="retail",
    database=DatabaseRef(domain="retail", seed=5, num_customers=80),
    num_streams=2,
    num_iterations=3,
    candidates_per_iteration=50,
    seed=5,
)


@pytest.fixture
def stack(tmp_path: Path) -> Generator[EmbeddedProcess]:
    process = EmbeddedProcess(folder=tmp_path / "state", port=free_port())
    yield process
    process.stop()


async def finished(stack: EmbeddedProcess, run_id: str) -> SynthesisReport:
    async with stack.deployment() as at:
        follow = FollowRuns(deployment=at, screen=Paper(), pause=asyncio.sleep)
        await follow.synthesis(run_id)
        return await at.orchestrator.synthesis_report(run_id)


def outcome(report: SynthesisReport) -> list[tuple[int, int, int, int]]:
    return sorted(
        (stream.index, it.iteration, it.num_candidates, it.num_accepted)
        for stream in report.streams
        for it in stream.iterations
    )


def content(task: Task) -> str:
    return content_hash(task.model_dump(mode="json", exclude={"selftest"}))


def plans(report: SynthesisReport) -> list[list[tuple[int, list[str], dict[str, float]]]]:
    return [
        [(one.version, [rule.id for rule in one.rules], one.goals) for one in stream.plans]
        for stream in report.streams
    ]


async def test_a_synthesis_run_killed_twice_ends_as_one_that_was_not(
    stack: EmbeddedProcess, tmp_path: Path
):
    await stack.start()
    async with stack.deployment() as at:
        run = await at.orchestrator.start_synthesis(SPEC, idempotency_key="one")
        for done in (1, 3):

            async def is_so_far(done: int = done) -> bool:
                return (await at.orchestrator.synthesis_run(run.id)).num_iterations_done >= done

            await until(is_so_far, 120)
            stack.kill()
            await stack.start()
    disturbed = await finished(stack, run.id)
    async with stack.deployment() as at:
        tasks = await read_all(lambda cursor: at.orchestrator.tasks(run_id=run.id, cursor=cursor))
        again = await at.orchestrator.start_synthesis(SPEC, idempotency_key="two")
    undisturbed = await finished(stack, again.id)
    async with stack.deployment() as at:
        others = await read_all(
            lambda cursor: at.orchestrator.tasks(run_id=again.id, cursor=cursor)
        )

    assert disturbed.run.status is JobStatus.SUCCEEDED
    assert outcome(disturbed) == outcome(undisturbed)
    assert len(outcome(disturbed)) == len(set(outcome(disturbed))) == 6
    assert disturbed.run.num_tasks == undisturbed.run.num_tasks == len(tasks) > 0
    assert max(Counter(task.id for task in tasks).values()) == 1
    assert {task.id: content(task) for task in tasks} == {task.id: content(task) for task in others}
    assert plans(disturbed) == plans(undisturbed)


async def test_a_training_run_killed_in_mid_step_finishes_with_every_step_once(
    stack: EmbeddedProcess, tmp_path: Path
):
    model = write_model(tmp_path / "model")
    await stack.start()
    async with stack.deployment() as at:
        run = await at.orchestrator.start_synthesis(
            SPEC.model_copy(update={"num_iterations": 2}), idempotency_key="one"
        )
        await FollowRuns(deployment=at, screen=Paper(), pause=asyncio.sleep).synthesis(run.id)
        dataset = await at.orchestrator.create_dataset(
            DatasetSpec(
                name="sft", kind="agent_sft", synthesis_run_ids=[run.id], domain_policy="none"
            )
        )
        training = await at.trainer.create_run(
            TrainingSpec(
                kind="sft",
                model=ModelSpec(uri=str(model), name="killed", dtype="float32"),
                dataset_id=dataset.id,
                num_steps=8,
                optimizer=OptimizerSpec(learning_rate=1e-3),
                batch=BatchSpec(tasks_per_step=2, token_budget=8192, max_length=4096),
                checkpoint_every=2,
            ),
            idempotency_key="train",
        )

        async def is_under_way() -> bool:
            return (await at.trainer.run(training.id)).step >= 2

        await until(is_under_way, 180)
    stack.kill()
    await stack.start()
    async with stack.deployment() as at:
        follow = FollowRuns(deployment=at, screen=Paper(), pause=asyncio.sleep)
        done = await follow.training(training.id)
        steps = await read_all(lambda cursor: at.trainer.steps(training.id, cursor=cursor))
        served = await at.policy.served_model("killed")

    assert done.status is JobStatus.SUCCEEDED
    assert done.attempt >= 2
    kept = [step.step for step in steps if not step.rolled_back]
    assert kept == list(range(1, 9))
    assert served.current is not None
    assert served.current.training_run_id == training.id
