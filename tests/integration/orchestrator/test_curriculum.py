"""What stored groups and evaluations tell a stream's draws, over a real database."""

import json
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import insert

from seawright_orchestrator.adapters.sql_curriculum import SqlCurriculum
from seawright_orchestrator.adapters.tables.episodes import rollout_groups
from seawright_orchestrator.adapters.tables.metadata import SCHEMA, metadata
from seawright_orchestrator.adapters.tables.runs import runs
from seawright_orchestrator.adapters.tables.tasks import dataset_items
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.reports import EvaluationReport
from seawright_shared.records.rollouts import GroupMember, RolloutGroup
from seawright_shared.records.specs import DatasetSpec, EvaluationSpec, RolloutStreamSpec
from seawright_shared.records.trajectories import AgentSpec, StopReason
from seawright_shared.stores.sql import Database
from tests.contract.orchestrator_house import ended as run_ended
from tests.contract.orchestrator_house import opened, synthesis_spec

pytestmark = [pytest.mark.anyio]

STREAM = "rstr_1"
TASKS = ["easy", "even", "hard", "new"]
SPEC = RolloutStreamSpec(
    training_run_id="t", dataset_id="ds_1", agent=AgentSpec(model="tiny"), curriculum="frontier"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    opened_one = Database(f"sqlite+aiosqlite:///{tmp_path}/curriculum.db", SCHEMA)
    await opened_one.create_tables(metadata)
    rows = [
        {"dataset_id": "ds_1", "position": place, "item_id": name, "document": "{}"}
        for place, name in enumerate(TASKS)
    ]
    async with opened_one.transaction() as connection:
        await connection.execute(insert(dataset_items), rows)
    yield opened_one
    await opened_one.aclose()


async def add_group(
    database: Database, sequence: int, task_id: str, rewards: list[float | None], version: int = 1
) -> None:
    members = [
        GroupMember(
            episode_id=f"ep_{place}",
            reward=1.0,
            max_version=version,
            stop_reason=StopReason.USER_STOP,
        )
        for place in range(len(rewards))
    ]
    group = RolloutGroup(
        id=f"grp_{sequence}", stream_id=STREAM, sequence=sequence, task_id=task_id, members=members
    )
    row = {
        "stream_id": STREAM,
        "sequence": sequence,
        "draw": sequence,
        "rewards": json.dumps(rewards),
        "document": group.model_dump_json(),
    }
    async with database.transaction() as connection:
        await connection.execute(insert(rollout_groups).values(row))


async def drawn(database: Database, curriculum: SqlCurriculum, num: int = 120) -> Counter[str]:
    async with database.reading() as connection:
        counts: Counter[str] = Counter()
        for draw in range(num):
            counts.update((await curriculum.chosen(connection, STREAM, SPEC, [draw])).values())
    return counts


async def test_tasks_that_are_passed_sometimes_are_drawn_most(database: Database):
    await add_group(database, 1, "easy", [1.0] * 8)
    await add_group(database, 2, "hard", [0.0] * 8)
    await add_group(database, 3, "even", [1.0, 0.0] * 4)
    counts = await drawn(database, SqlCurriculum())
    assert counts["even"] > 2 * counts["new"] > 4 * (counts["easy"] + counts["hard"])


async def test_a_restarted_process_draws_the_same_as_one_that_saw_all_groups_come(
    database: Database,
):
    watching = SqlCurriculum()
    for sequence, task_id in enumerate(TASKS * 3, 1):
        await add_group(database, sequence, task_id, [1.0, 0.0, 1.0], version=sequence)
        await drawn(database, watching, 1)
    assert await drawn(database, watching) == await drawn(database, SqlCurriculum())


async def test_faults_tell_nothing_of_a_task(database: Database):
    before = await drawn(database, SqlCurriculum())
    await add_group(database, 1, "easy", [None, None])
    await add_group(database, 2, "", [])
    assert await drawn(database, SqlCurriculum()) == before


@pytest.mark.parametrize(("model", "is_heard"), [("tiny", True), ("another", False)])
async def test_an_evaluation_of_the_same_model_tells_of_its_tasks(
    database: Database, model: str, *, is_heard: bool
):
    spec = EvaluationSpec(name="e", dataset_id="ds_1", agent=AgentSpec(model=model))
    per_task = {"easy": (16, 16), "hard": (0, 16), "new": (16, 16), "elsewhere": (1, 2)}
    report = EvaluationReport(
        num_tasks=4, num_episodes=50, num_excluded=0, pass_hat={}, pass_at={}, per_task=per_task
    )
    now = database.now()
    row = {
        "id": "erun_1",
        "kind": "evaluation",
        "status": JobStatus.SUCCEEDED,
        "spec": spec.model_dump_json(),
        "created_at": now,
        "updated_at": now,
        "report": report.model_dump_json(),
    }
    async with database.transaction() as connection:
        await connection.execute(insert(runs).values(row))
    counts = await drawn(database, SqlCurriculum())
    assert (counts["even"] > 90) is is_heard


@pytest.mark.slow
async def test_a_stream_plays_the_tasks_that_its_grants_chose(tmp_path: Path):
    async with opened(tmp_path) as house:
        run = await house.client.start_synthesis(
            synthesis_spec(num_streams=1, num_iterations=1, candidates_per_iteration=60)
        )
        await run_ended(house.client, run.id)
        dataset = await house.client.create_dataset(
            DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id])
        )
        spec = RolloutStreamSpec(
            training_run_id="t",
            dataset_id=dataset.id,
            agent=AgentSpec(kind="scripted"),
            group_size=2,
            curriculum="frontier",
        )
        stream = await house.client.open_rollout_stream(spec)
        await house.client.grant_credits(stream.id, 3)
        played: list[str] = []
        while len(played) < 3:
            page = await house.client.groups(stream.id, after=len(played), wait_seconds=20)
            played += [group.task_id for group in page.groups]
        known = {task.id for task in (await house.client.dataset_tasks(dataset.id)).data}
        assert set(played) <= known
        assert len(set(played)) == 3
