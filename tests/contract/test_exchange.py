"""Other formats over HTTP, through the typed client."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import VerificationRequest
from seawright_shared.contracts.exchange import (
    ContaminationRequest,
    GradingRequest,
    RunExportRequest,
    RunImportRequest,
    TaskExportRequest,
    TaskImportRequest,
)
from seawright_shared.errors import InvalidRequestError, NotFoundError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import StopReason
from tests.support.areal_rows import rl_row, sft_row, write_areal
from tests.support.tau2_vectors import FOLDER, needs_vectors, tau2_documents

CANCEL: dict[str, Any] = {
    "name": "cancel_pending_order",
    "arguments": {"order_id": "#W3289292", "reason": "no longer needed"},
}


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Peer]:
    app = build(settings)
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield peer
    await peer.aclose()


@pytest.fixture
async def client() -> AsyncGenerator[ExchangeClient]:
    async with serving(Settings(tau2_data_dir=FOLDER / "data", areal_data_dir=None)) as peer:
        yield ExchangeClient(peer)


def simulation(task_id: str, calls: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a run whose recorded answers are all wrong: a lenient replay does not mind."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "hi", "cost": 0.1}]
    for index, call in enumerate(calls):
        numbered = {**call, "id": f"c{index}", "requestor": "assistant"}
        messages.append({"role": "assistant", "content": None, "tool_calls": [numbered]})
        messages.append({"role": "tool", "id": f"c{index}", "content": "recorded elsewhere"})
    return {
        "id": f"sim_{task_id}",
        "task_id": task_id,
        "start_time": "",
        "end_time": "",
        "duration": 1.0,
        "termination_reason": "user_stop",
        "messages": messages,
        "trial": 0,
        **changes,
    }


@needs_vectors
async def test_splits_are_listed_as_the_file_has_them(client: ExchangeClient):
    found = (await client.tau2_splits("retail")).splits
    assert {name: len(ids) for name, ids in found.items()} == {"train": 74, "test": 40, "base": 114}
    assert found["base"] != found["train"]
    with pytest.raises(NotFoundError):
        await client.tau2_splits("spa")


@needs_vectors
async def test_tasks_go_in_and_come_out_byte_for_byte(client: ExchangeClient):
    documents = list(tau2_documents("retail").values())
    request = TaskImportRequest(domain="retail", documents=documents)
    tasks = (await client.import_tasks(request)).tasks
    assert len({task.id for task in tasks}) == len(documents)
    again = (await client.export_tasks(TaskExportRequest(tasks=tasks))).documents
    assert json.dumps(again) == json.dumps(documents)


@needs_vectors
async def test_a_wrong_document_is_named_by_its_place(client: ExchangeClient):
    request = TaskImportRequest(domain="retail", documents=[{"id": "1", "user_scenario": {}}])
    with pytest.raises(InvalidRequestError) as caught:
        await client.import_tasks(request)
    assert caught.value.errors[0].pointer == "/documents/0/user_scenario/instructions"


async def test_without_the_data_its_absence_is_said():
    async with serving(Settings(tau2_data_dir=None, areal_data_dir=None)) as peer:
        client = ExchangeClient(peer)
        with pytest.raises(NotFoundError, match="TAU2_DATA_DIR"):
            await client.tau2_splits("retail")
        for read in (client.areal_tasks, client.areal_dialogues):
            with pytest.raises(NotFoundError, match="AREAL_DATA_DIR"):
                await read("retail")
        with pytest.raises(NotFoundError, match="AREAL_DATA_DIR"):
            await client.areal_snapshots()


@needs_vectors
async def test_runs_go_in_and_come_out_byte_for_byte(client: ExchangeClient):
    runs = [simulation("0", [CANCEL], agent_cost=0.5, seed=None)]
    found = await client.import_runs(RunImportRequest(simulations=runs, task_ids={"0": "t"}))
    assert found.trajectories[0].task_id == "t"
    again = await client.export_runs(RunExportRequest(trajectories=found.trajectories))
    assert json.dumps(again.simulations) == json.dumps(runs)


def order_task(task_id: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{"action_id": str(i), **each} for i, each in enumerate(actions)]
    return {
        "id": task_id,
        "user_scenario": {"instructions": "x"},
        "evaluation_criteria": {"actions": numbered, "reward_basis": ["DB"]},
    }


@needs_vectors
async def test_runs_are_graded_again_leniently_or_strictly(client: ExchangeClient):
    request = GradingRequest(
        domain="retail",
        tasks=[order_task("a", [CANCEL]), order_task("b", [])],
        simulations=[
            simulation("a", [CANCEL], reward_info={"reward": 0.0}),
            simulation("b", [CANCEL]),
            simulation("a", [CANCEL], termination_reason="max_steps"),
            simulation("a", [], termination_reason="infrastructure_error", messages=[]),
            simulation("gone", []),
        ],
    )
    won, lost, late, failed, gone = (await client.grade(request)).gradings
    assert (won.reward, won.recorded_reward, len(won.mismatches)) == (1.0, 0.0, 1)
    assert won.reward_info is not None
    assert won.reward_info["reward_breakdown"] == {"DB": 1.0}
    assert (lost.reward, late.reward) == (0.0, 0.0)
    assert (failed.reward, failed.is_counted) == (0.0, False)
    assert (gone.reward, gone.problem) == (None, "no task 'gone'")
    strict = await client.grade(request.model_copy(update={"replay": "strict"}))
    assert [each.reward for each in strict.gradings] == [None, None, 0.0, 0.0, None]
    assert "answer differently" in strict.gradings[0].problem


@needs_vectors
async def test_without_definitions_the_current_tasks_decide(client: ExchangeClient):
    request = GradingRequest(domain="retail", simulations=[simulation("0", [CANCEL])])
    assert (await client.grade(request)).gradings[0].reward == 0.0


@needs_vectors
async def test_the_benchmark_s_own_tasks_are_found_in_it(client: ExchangeClient):
    documents = tau2_documents("retail")
    test = (await client.tau2_splits("retail")).splits["test"]
    request = ContaminationRequest(
        domain="retail", documents=[documents[task_id] for task_id in test]
    )
    report = (await client.contamination(request)).report
    exact = next(each for each in report.kinds if (each.kind, each.split) == ("exact", "test"))
    assert exact.num_tasks == exact.num_benchmark_tasks == len(test)
    assert (report.num_contaminated, report.clean_indices) == (len(test), [])
    with pytest.raises(InvalidRequestError, match="splits train, test, base"):
        await client.contamination(request.model_copy(update={"splits": ["big"]}))


@needs_vectors
async def test_areal_tasks_stand_on_their_own_databases(tmp_path: Path):
    own = json.loads((FOLDER / "data/domains/retail/db.json").read_text())
    other = json.loads(json.dumps(own))
    order_id = next(key for key, order in other["orders"].items() if order["status"] == "pending")
    other["orders"][order_id]["status"] = "processed"
    cancel = {**CANCEL, "arguments": {**CANCEL["arguments"], "order_id": order_id}}
    folder = write_areal(
        tmp_path,
        rl=[
            rl_row("retail", actions=[cancel]),
            rl_row("airline"),
            rl_row("retail", actions=[cancel], database="tau2_retail_new_db_1.json"),
        ],
        sft=[
            sft_row("retail"),
            sft_row("airline"),
            sft_row("retail", dialog="lost", correct=0),
        ],
        databases={"tau2_retail_db.json": own, "tau2_retail_new_db_1.json": other},
    )
    settings = Settings(tau2_data_dir=FOLDER / "data", areal_data_dir=folder)
    async with serving(settings) as peer:
        client = ExchangeClient(peer)
        snapshots = {each.name: each for each in (await client.areal_snapshots()).snapshots}
        assert snapshots["tau2_retail_db.json"].is_base
        assert snapshots["tau2_retail_new_db_1.json"].num_changes == 1
        assert snapshots["tau2_retail_new_db_1.json"].num_shared["orders"] == 999

        first = await client.areal_tasks("retail", limit=1)
        second = await client.areal_tasks("retail", first.next_after or "", limit=9)
        assert second.next_after is None
        stock, changed = first.tasks[0], second.tasks[0]
        assert stock.database == DatabaseRef(domain="retail", source="tau2")
        assert changed.database.snapshot == "tau2_retail_new_db_1.json"
        assert stock.final_patch
        assert not changed.final_patch
        assert first.refused == []
        assert [(each.index, each.line, each.error) for each in second.refused] == [
            (0, 3, "Error: Non-pending order cannot be cancelled")
        ]

        environment = EnvironmentClient(peer)
        said = [Message(role="assistant", content="Hello")]
        rewards = [
            (
                await environment.verify(
                    VerificationRequest(
                        task=task, messages=said, stop_reason=StopReason.USER_STOP, scoring="tau2"
                    )
                )
            ).verdict.reward
            for task in (stock, changed)
        ]
        assert rewards == [0.0, 1.0]

        dialogues = await client.areal_dialogues("retail")
        assert (dialogues.num_read, dialogues.num_failed) == (2, 1)
        assert [each.trajectory_id for each in dialogues.dialogues] == ["dialog_1/2"]
        assert len(dialogues.dialogues[0].tools) == 16


@needs_vectors
async def test_a_wrong_row_is_named_by_file_line_and_field(tmp_path: Path):
    own = json.loads((FOLDER / "data/domains/retail/db.json").read_text())
    lost = rl_row("retail", database="gone.json")
    folder = write_areal(
        tmp_path, rl=[lost], sft=[sft_row("airline"), "{"], databases={"tau2_retail_db.json": own}
    )
    async with serving(Settings(tau2_data_dir=FOLDER / "data", areal_data_dir=folder)) as peer:
        client = ExchangeClient(peer)
        with pytest.raises(NotFoundError, match=r"tau2_rl_database/gone\.json"):
            await client.areal_tasks("retail")
        with pytest.raises(InvalidRequestError, match=r"tau2_sft_train\.jsonl, line 2"):
            await client.areal_dialogues("retail")
        with pytest.raises(InvalidRequestError, match="cursor"):
            await client.areal_tasks("retail", "x")


@needs_vectors
async def test_hostile_documents_are_refused_and_stop_nothing_else(client: ExchangeClient):
    run = simulation("0", [])
    odd: Any = {"id": ["x"], "user_scenario": {"instructions": "x"}}
    request = GradingRequest(domain="retail", tasks=[odd, order_task("0", [])], simulations=[run])
    assert (await client.grade(request)).gradings[0].reward == 1.0
    bad = GradingRequest(domain="retail", simulations=[run, {**run, "task_id": []}])
    with pytest.raises(InvalidRequestError, match="task_id"):
        await client.grade(bad)

    found = await client.import_runs(RunImportRequest(simulations=[run]))
    whole = found.trajectories[0]
    for changes in ({"tau2": {"whole": 1}}, {"messages": []}):
        spoiled = whole.model_copy(update=changes)
        with pytest.raises(InvalidRequestError, match="tau2"):
            await client.export_runs(RunExportRequest(trajectories=[spoiled]))

    start = {"initialization_data": {"agent_data": {"orders": {"#W1": 5}}}}
    document: Any = {**order_task("0", []), "initial_state": start}
    with pytest.raises(InvalidRequestError, match="initialization_data"):
        await client.import_tasks(TaskImportRequest(domain="retail", documents=[document]))


@needs_vectors
async def test_a_database_of_another_domain_is_refused(tmp_path: Path):
    own = json.loads((FOLDER / "data/domains/airline/db.json").read_text())
    folder = write_areal(
        tmp_path,
        rl=[rl_row("retail", database="tau2_airline_db.json")],
        databases={"tau2_airline_db.json": {"flights": own["flights"], "orders": {"x": 1}}},
    )
    async with serving(Settings(tau2_data_dir=FOLDER / "data", areal_data_dir=folder)) as peer:
        with pytest.raises(InvalidRequestError, match="no database of retail"):
            await ExchangeClient(peer).areal_tasks("retail")


async def test_a_generated_database_is_written_in_tau2_benchs_form(client: ExchangeClient):
    ref = DatabaseRef(domain="mock", seed=2, num_customers=3)
    found = await client.tau2_database(ref)
    assert set(found.agent) == {"tasks", "users"}
    assert found.user is not None
    assert set(found.user) == {"notifications"}
    airline = await client.tau2_database(DatabaseRef(domain="airline", num_customers=2))
    assert (len(airline.agent), airline.user) == (3, None)
    with pytest.raises(InvalidRequestError):
        await client.tau2_database(ref.model_copy(update={"num_customers": 5001}))
