"""Whoever computes may be killed in mid-work: environment, simulated user and policy (issue 2).

Each service is a process; it is killed with SIGKILL and started again on its port.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from sqlalchemy import func, select

from seawright_console.core.deployment import Deployment
from seawright_console.tiny_base import tokenizer
from seawright_console.usecases.read_pages import read_all
from seawright_orchestrator.adapters.sql_datasets import SqlDatasets
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.adapters.tables.metadata import SCHEMA, job_tables
from seawright_orchestrator.core.dataset_items import dataset_version
from seawright_shared.contracts.orchestrator import Run, SynthesisReport, SynthesisRun
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.records.base import content_id
from seawright_shared.records.checkers import CheckerSpec, SaidItem
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import (
    AlgorithmSpec,
    BatchSpec,
    DatasetSpec,
    EvaluationSpec,
    ModelSpec,
    OptimizerSpec,
    SynthesisSpec,
    TrainingSpec,
)
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Sampling, StopReason
from seawright_shared.stores.sql import Database
from tests.e2e.embedded_process import until
from tests.e2e.service_processes import Town, built, started
from tests.support.policy_models import write_model
from tests.support.servers import PostgresServer, RedisServer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(400),
]

SYNTHESIS = SynthesisSpec(
    domain="retail",
    database=DatabaseRef(domain="retail", seed=5, num_customers=80),
    num_streams=2,
    num_iterations=3,
    candidates_per_iteration=60,
    seed=5,
)
SAMPLING = Sampling(max_tokens=10)
NUM_STEPS = 7
GREETING = {"how", "can", "help", "you", "today"}
"""What the agent says in any case is no luck."""
FAULTS = {StopReason.INFRASTRUCTURE, StopReason.USER_ERROR}


@pytest.fixture(scope="module")
async def town(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> AsyncGenerator[Town]:
    folder = tmp_path_factory.mktemp("town")
    write_model(folder / "model", context=1024)
    redis_server.flush()
    databases = [await asyncio.to_thread(postgres_server.create_database, n) for n in ("o", "t")]
    made = built(folder, databases=databases, redis_url=redis_server.url, model=folder / "model")
    try:
        await started(made)
        yield made
    finally:
        await asyncio.to_thread(made.stop)
        for name in ("o", "t"):
            await asyncio.to_thread(postgres_server.drop_database, name)


@pytest.fixture(scope="module")
async def at(town: Town) -> AsyncGenerator[Deployment]:
    async with town.deployment() as deployment:
        yield deployment


async def finished(read: Callable[[], Awaitable[Run]]) -> Run:
    """Return the run when it is over."""

    async def is_over() -> bool:
        return (await read()).status.is_final

    await until(is_over, 120)
    return await read()


async def killed(
    town: Town, names: str, read: Callable[[], Awaitable[Run]], progress: Callable[[Run], bool]
) -> None:
    """Kill services when the run has come so far, and start them again while it still goes."""
    services = [town.services[name] for name in names.split()]

    async def is_so_far() -> bool:
        run = await read()
        assert not run.status.is_final, run.status_reason
        return progress(run)

    await until(is_so_far, 120)
    for service in services:
        service.kill()
    for service in services:
        service.launch()
    for service in services:
        await service.ready()
    assert not (await read()).status.is_final, f"the run was over before it could miss {names}"


async def num_outages(town: Town, run_id: str) -> int:
    """Return how often a job of the run was given back because a peer was away."""
    jobs = job_tables.jobs
    database = Database(town.orchestrator_database, SCHEMA)
    statement = select(func.coalesce(func.sum(jobs.c.num_outages), 0)).where(
        jobs.c.run_id == run_id
    )
    async with database.reading() as connection:
        num = (await connection.execute(statement)).scalar_one()
    await database.aclose()
    return int(num)


def outcome(report: SynthesisReport) -> list[tuple[int, int, int, int]]:
    return sorted(
        (stream.index, it.iteration, it.num_candidates, it.num_accepted)
        for stream in report.streams
        for it in stream.iterations
    )


async def accepted(at: Deployment, run_id: str) -> list[str]:
    tasks = await read_all(lambda cursor: at.orchestrator.tasks(run_id=run_id, cursor=cursor))
    return sorted(task.id for task in tasks)


async def test_synthesis_with_killed_services_accepts_what_it_accepts_undisturbed(
    town: Town, at: Deployment
):
    orchestrator = at.orchestrator
    run = await orchestrator.start_synthesis(SYNTHESIS, idempotency_key="disturbed")

    async def read() -> Run:
        return await orchestrator.synthesis_run(run.id)

    for name, done in (("environment", 1), ("user_simulator", 3)):
        await killed(
            town,
            name,
            read,
            lambda r, done=done: isinstance(r, SynthesisRun) and r.num_iterations_done >= done,
        )
    assert (await finished(read)).status is JobStatus.SUCCEEDED
    again = await orchestrator.start_synthesis(SYNTHESIS, idempotency_key="undisturbed")
    await finished(lambda: orchestrator.synthesis_run(again.id))

    assert await num_outages(town, run.id) > 0, "nobody noticed that a service was away"
    disturbed, undisturbed = await accepted(at, run.id), await accepted(at, again.id)
    assert disturbed == undisturbed
    assert len(disturbed) > 20
    assert max(Counter(disturbed).values()) == 1
    reports = [await orchestrator.synthesis_report(one) for one in (run.id, again.id)]
    assert outcome(reports[0]) == outcome(reports[1])
    assert len(set(outcome(reports[0]))) == 6


def lucky_words() -> list[str]:
    """Return every eighth word of the vocabulary: half of all babbled episodes say one of them."""
    made = tokenizer.build()
    texts = [made.decode([number]) for number in range(made.get_vocab_size())]
    words = [text.strip() for text in texts if text.startswith(" ") and text.strip().isalpha()]
    return [word for word in words if len(word) > 2 and word not in GREETING][::8]


async def talkative(town: Town, at: Deployment) -> str:
    """Return a dataset whose tasks a model that knows nothing solves now and then, by chance.

    The customer is impatient, and asks for nothing but to hear a lucky word.
    """
    (run,) = [
        one
        for one in (await at.orchestrator.synthesis_runs()).data
        if one.status is JobStatus.SUCCEEDED
    ][:1]
    found = (await at.orchestrator.tasks(run_id=run.id, limit=6)).data
    checker = CheckerSpec(said=[SaidItem(any_of=lucky_words())])
    tasks: list[Task] = []
    for task in found:
        scenario = task.scenario.model_copy(update={"patience_turns": 2})
        changes = {"checker": checker, "scenario": scenario, "selftest": None}
        plain = task.model_copy(update={**changes, "id": ""})
        named = plain.model_copy(update={"id": content_id("task", plain)})
        tasks.append(await at.orchestrator.put_task(named))
    spec = DatasetSpec(name="talkative", kind="rl_tasks", synthesis_run_ids=[run.id])
    version = dataset_version(spec, tasks)
    database = Database(town.orchestrator_database, SCHEMA)
    await SqlDatasets(database, SqlTasks(database)).store(version, spec, tasks)
    await database.aclose()
    return version.id


async def test_an_evaluation_with_killed_services_scores_every_trial_once(
    town: Town, at: Deployment
):
    orchestrator = at.orchestrator
    spec = EvaluationSpec(
        name="killed",
        dataset_id=await talkative(town, at),
        agent=AgentSpec(model="tiny", domain_policy="none", sampling=SAMPLING),
        num_trials=8,
    )
    run = await orchestrator.start_evaluation(spec)

    async def read() -> Run:
        return await orchestrator.evaluation_run(run.id)

    await killed(
        town,
        "policy environment user_simulator",
        read,
        lambda r: r.status is JobStatus.RUNNING,
    )
    done = await finished(read)
    report = (await orchestrator.evaluation_run(run.id)).report
    assert done.status is JobStatus.SUCCEEDED, done.status_reason
    assert report is not None
    assert await num_outages(town, run.id) > 0
    assert report.num_excluded == 0
    assert [scored for _, scored in report.per_task.values()] == [8] * 6
    episodes = await read_all(lambda cursor: orchestrator.episodes(run_id=run.id, cursor=cursor))
    assert len({one.id for one in episodes}) == len(episodes)
    for one in episodes:
        assert one.trajectory is not None
        assert one.verdict is not None
        if one.trajectory.stop_reason in FAULTS:
            assert one.verdict.reward is None


async def test_grpo_with_killed_services_trains_every_step_once_on_outcomes_alone(
    town: Town, at: Deployment
):
    spec = TrainingSpec(
        kind="grpo",
        model=ModelSpec(uri=str(town.folder / "model"), name="trained", dtype="float32"),
        dataset_id=await talkative(town, at),
        num_steps=NUM_STEPS,
        optimizer=OptimizerSpec(learning_rate=1e-4),
        batch=BatchSpec(tasks_per_step=2, group_size=4, max_length=1024, token_budget=2048),
        algorithm=AlgorithmSpec(max_staleness=1, max_refills=50),
        agent=AgentSpec(model="trained", domain_policy="none", sampling=SAMPLING),
        checkpoint_every=3,
    )
    run = await at.trainer.create_run(spec, idempotency_key="killed")

    async def read() -> Run:
        return await at.trainer.run(run.id)

    for step, name in enumerate(("policy", "environment", "user_simulator"), 1):
        await killed(
            town, name, read, lambda r, step=step: isinstance(r, TrainingRun) and r.step >= step
        )
    done = await finished(read)
    assert done.status is JobStatus.SUCCEEDED, done.status_reason
    steps = await read_all(lambda cursor: at.trainer.steps(run.id, cursor=cursor))
    assert [step.step for step in steps] == list(range(1, NUM_STEPS + 1))
    assert not any(step.rolled_back for step in steps)
    trained = [episode for step in steps for episode in step.episode_ids]
    assert len(trained) == len(set(trained)) == NUM_STEPS * 2 * 4
    rewards: set[float] = set()
    for episode_id in trained:
        episode = await at.orchestrator.episode(episode_id)
        assert episode.trajectory is not None
        assert episode.verdict is not None
        assert episode.trajectory.stop_reason not in FAULTS
        assert episode.verdict.reward is not None
        rewards.add(episode.verdict.reward)
    assert rewards == {0.0, 1.0}
