"""The commands' use cases against the real environment, and an orchestrator that keeps tasks."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from seawright_console.core.results import Results, pass_hats
from seawright_console.usecases.transfer_areal import TransferAreal
from seawright_console.usecases.transfer_runs import TransferRuns, with_gradings
from seawright_console.usecases.transfer_tasks import TransferTasks
from seawright_environment.domains import DOMAINS
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.orchestrator import Episode
from seawright_shared.contracts.pages import Page
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, StopReason, Trajectory, UserSpec
from seawright_shared.records.verdicts import Verdict
from tests.support.areal_rows import rl_row, sft_row, write_areal
from tests.support.synthesis import SHOP, accepted
from tests.support.tau2_vectors import FOLDER, needs_vectors, records, tau2_documents


class Orchestrator:
    """Keeps tasks and episodes; a run has every other task held out."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.episodes: list[Episode] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "PUT":
            task = Task.model_validate_json(request.content)
            self.tasks[task.id] = task
            return httpx.Response(200, content=task.model_dump_json())
        if path == "/v1/tasks":
            is_heldout = request.url.params["is_heldout"] == "true"
            return self.page(Task, list(self.tasks.values())[int(is_heldout) :: 2], request)
        if path == "/v1/episodes":
            return self.page(Episode, self.episodes, request)
        task = self.tasks[path.rpartition("/")[2]]
        return httpx.Response(200, content=task.model_dump_json())

    @staticmethod
    def page(kind: Any, items: list[Any], request: httpx.Request) -> httpx.Response:
        """Return two items a page."""
        start = int(request.url.params.get("cursor", "0"))
        following = str(start + 2) if start + 2 < len(items) else None
        page = Page[kind](data=items[start : start + 2], next_cursor=following)
        return httpx.Response(200, content=page.model_dump_json())


@asynccontextmanager
async def transfers(
    orchestrator: Orchestrator, areal: Path | None = None
) -> AsyncGenerator[TransferRuns]:
    app = build(Settings(tau2_data_dir=FOLDER / "data", areal_data_dir=areal))
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    other = Peer("http://orchestrator", transport=httpx.MockTransport(orchestrator))
    exchange = ExchangeClient(peer)
    async with app.router.lifespan_context(app):
        tasks = TransferTasks(exchange=exchange, orchestrator=OrchestratorClient(other))
        yield TransferRuns(exchange=exchange, tasks=tasks)
    await peer.aclose()
    await other.aclose()


def results_file() -> Results:
    """Return a results file of recorded runs, with the definitions of their tasks."""
    found = records("real_retail")[:60]
    documents = tau2_documents("retail")
    simulations: list[dict[str, Any]] = [
        {
            "id": record["sim_id"],
            "task_id": record["task_id"],
            "duration": 2.5,
            "termination_reason": record["termination_reason"],
            "reward_info": {"reward": record["recorded"]["reward"], "db_check": None},
            "messages": record["messages"],
            "agent_cost": 0.25,
        }
        for record in found
    ]
    info: dict[str, Any] = {
        "environment_info": {"domain_name": "retail", "policy": "p"},
        "agent_info": {"implementation": "llm_agent", "llm": "big"},
        "user_info": {"implementation": "user_simulator", "llm": "small"},
    }
    ids = dict.fromkeys(record["task_id"] for record in found)
    return Results(
        header={"timestamp": "t", "simulations": None, "info": info, "tasks": None},
        tasks=[documents[task_id] for task_id in ids],
        simulations=simulations,
    )


@needs_vectors
async def test_a_results_file_goes_in_and_comes_out_byte_for_byte():
    results = results_file()
    async with transfers(Orchestrator()) as transfer:
        found = await transfer.read(results, "retail")
        assert {each.agent.model for each in found.trajectories} == {"big"}
        known = {task.id for task in found.tasks}
        assert {each.task_id for each in found.trajectories} <= known
        again = await transfer.written(found.tasks, found.trajectories, results.header)
    assert json.dumps(again.document()) == json.dumps(results.document())


@needs_vectors
async def test_a_results_file_is_graded_again_batch_by_batch():
    results, counts = results_file(), list[int]()
    async with transfers(Orchestrator()) as transfer:
        gradings = await transfer.graded(
            results, "retail", replay="lenient", is_current=False, done=counts.append
        )
    assert counts == [50, 60]
    expected = {
        record["sim_id"]: record["recomputed_current"]["reward_info"]["reward"]
        for record in records("real_retail")[:60]
    }
    assert {each.run_id: each.reward for each in gradings} == expected
    again = with_gradings(results, gradings).document()
    rewards: Any = again["simulations"]
    assert [run["reward_info"]["reward"] for run in rewards] == [each.reward for each in gradings]
    assert 0.0 < pass_hats(gradings)[1] < 1.0


@needs_vectors
async def test_imported_tasks_are_stored_under_their_own_ids():
    orchestrator = Orchestrator()
    documents: list[Any] = list(tau2_documents("retail").values())[:7]
    async with transfers(orchestrator) as transfer:
        tasks = await transfer.tasks.read("retail", documents)
        ids = await transfer.tasks.store(tasks)
    assert list(orchestrator.tasks) == ids == [task.id for task in tasks]
    assert [task.tau2 for task in orchestrator.tasks.values()] == documents


async def test_a_run_s_tasks_are_written_with_its_held_out_ones_as_test_split():
    orchestrator = Orchestrator()
    orchestrator.tasks = {task.id: task for task in accepted()[:7]}
    ids = list(orchestrator.tasks)
    async with transfers(orchestrator) as transfer:
        written = await transfer.tasks.of_run("srun_1")
    assert written.splits["train"] == ids[0::2]
    assert written.splits["test"] == ids[1::2]
    assert written.splits["base"] == [document["id"] for document in written.documents]
    assert written.database is not None
    tables = DOMAINS["retail"].import_tables(written.database.agent)
    own = DOMAINS["retail"].generate(SHOP.seed, SHOP.num_customers)
    for name, table in own.items():
        assert dict(tables[name]) == dict(table)


async def test_an_evaluation_is_written_as_a_results_file():
    orchestrator = Orchestrator()
    tasks = accepted()[:2]
    orchestrator.tasks = {task.id: task for task in tasks}
    orchestrator.episodes = [
        episode(task, number, reward) for task in tasks for number, reward in enumerate([1.0, None])
    ]
    async with transfers(orchestrator) as transfer:
        results = await transfer.of_evaluation("erun_1", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    runs: list[Any] = results.simulations
    assert [(run["task_id"], run["trial"]) for run in runs] == [
        (task.id, trial) for task in tasks for trial in (0, 1)
    ]
    assert [run["reward_info"] for run in runs] == [{"reward": 1.0}, None] * 2
    assert [run["termination_reason"] for run in runs] == ["user_stop"] * 4
    assert results.domain == "retail"
    assert results.said("num_trials") == 2
    assert [task["id"] for task in results.tasks] == [task.id for task in tasks]


def episode(task: Task, number: int, reward: float | None) -> Episode:
    trajectory = Trajectory(
        id=f"traj_{task.id}_{number}",
        episode_id=f"ep_{task.id}_{number}",
        task_id=task.id,
        agent=AgentSpec(model="tiny"),
        user=UserSpec(),
        seed=number,
        messages=[Message(role="user", content="###STOP###")],
        stop_reason=StopReason.USER_STOP,
    )
    verdict = Verdict(subject="trajectory", ok=bool(reward), stage="checker", reward=reward)
    return Episode(
        id=trajectory.episode_id,
        task_id=task.id,
        status=JobStatus.SUCCEEDED,
        trajectory=trajectory,
        verdict=verdict,
    )


@needs_vectors
async def test_areal_data_comes_in_with_its_overlaps_and_refused_gold(tmp_path: Path):
    own = json.loads((FOLDER / "data/domains/retail/db.json").read_text())
    stolen = next(iter(tau2_documents("retail").values()))
    actions = stolen["evaluation_criteria"]["actions"]
    bad = {"name": "cancel_pending_order", "arguments": {"order_id": "#W0", "reason": "x"}}
    folder = write_areal(
        tmp_path,
        rl=[
            rl_row("retail"),
            rl_row("retail", id="retail_2", actions=actions),
            rl_row("retail", id="retail_3", actions=[bad]),
        ],
        sft=[sft_row("retail", turn=turn, correct=turn % 2) for turn in range(5)],
        databases={"tau2_retail_db.json": own},
    )
    kept: list[Dialogue] = []
    async with transfers(Orchestrator(), folder) as transfer:
        areal = TransferAreal(exchange=transfer.exchange)
        found = await areal.tasks("retail")
        await areal.dialogues("retail", found, kept.extend)
    assert [task.tau2["id"] for task in found.tasks if task.tau2] == [
        "retail_1",
        "retail_2",
        "retail_3",
    ]
    assert found.contamination is not None
    assert found.contamination.clean_indices == [0, 2]
    assert [(each.index, each.name) for each in found.refused] == [(2, "cancel_pending_order")]
    assert (found.num_rows, found.num_dialogues, len(kept)) == (5, 2, 2)
