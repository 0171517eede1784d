"""Every recorded evaluation of tau2-bench's retail tasks comes out the same here."""

import json
from typing import Any

from seawright_environment.core.tau2_documents import import_task, read_document
from seawright_environment.core.tau2_evaluation import Tau2Evaluation, evaluate
from seawright_environment.core.tau2_exports import export_task
from seawright_environment.core.tau2_messages import export_message, import_messages
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from tests.support.tau2_vectors import needs_vectors, records, tau2_base, tau2_documents

pytestmark = needs_vectors

STOPS = {
    "user_stop": StopReason.USER_STOP,
    "agent_stop": StopReason.AGENT_STOP,
    "max_steps": StopReason.MAX_TURNS,
    "too_many_errors": StopReason.MAX_ERRORS,
    "agent_error": StopReason.AGENT_ERROR,
}
COMPARED = (
    "reward",
    "reward_basis",
    "reward_breakdown",
    "db_match",
    "env_assertions_met",
    "communicate_met",
    "action_match",
)


def transcript(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the synthetic trajectory that the record's evaluation was given."""
    messages: list[dict[str, Any]] = [
        {"role": "assistant", "content": "Hi! How can I help you today?"},
        {"role": "user", "content": "hello"},
    ]
    for index, step in enumerate(record["steps"]):
        call = {key: step[key] for key in ("name", "arguments", "requestor")}
        answer = {key: step[key] for key in ("content", "error", "requestor")}
        messages.append(
            {
                "role": step["requestor"],
                "content": None,
                "tool_calls": [{**call, "id": f"c{index}"}],
            }
        )
        messages.append({"role": "tool", "id": f"c{index}", **answer})
    messages.append({"role": "assistant", "content": record["final_text"]})
    messages.append({"role": "user", "content": "###STOP###"})
    return messages


def shown(evaluation: Tau2Evaluation) -> str:
    found = {
        "reward": evaluation.reward,
        "reward_basis": evaluation.basis,
        "reward_breakdown": evaluation.breakdown,
        "db_match": evaluation.db_match,
        "env_assertions_met": evaluation.env_assertions_met,
        "communicate_met": evaluation.communicate_met,
        "action_match": evaluation.action_match,
    }
    return json.dumps(found, sort_keys=True)


def expected(info: dict[str, Any]) -> str:
    return json.dumps({key: info[key] for key in COMPARED}, sort_keys=True)


def check_synthetic(name: str, count: int) -> None:
    documents = tau2_documents("retail")
    found = records(name)
    assert len(found) == count
    for record in found:
        evaluation = evaluate(
            tau2_base("retail"),
            read_document(documents[record["task_id"]]),
            import_messages(transcript(record)),
            STOPS[record.get("termination_reason", "user_stop")],
        )
        where = (record["task_id"], record.get("mutation"))
        assert shown(evaluation) == expected(record["reward_info"]), where
        assert not evaluation.mismatches, where
        if evaluation.world is not None:
            assert evaluation.world.state_hash() == record["final_hash"]["agent"], where


def test_golden_replays_are_rewarded_as_recorded():
    check_synthetic("golden_retail", 80)


def test_mutated_replays_are_rewarded_as_recorded():
    check_synthetic("mutated_retail", 319)


def test_real_trajectories_are_rewarded_as_recorded_under_both_task_definitions():
    documents = tau2_documents("retail")
    found = records("real_retail")
    assert len(found) == 141
    for record in found:
        current = documents[record["task_id"]]
        criteria = record.get("embedded_evaluation_criteria") or current["evaluation_criteria"]
        embedded = {**current, "evaluation_criteria": criteria}
        messages = import_messages(record["messages"])
        for name, document in (
            ("recomputed_current", current),
            ("recomputed_embedded", embedded),
        ):
            recorded = record[name]
            evaluation = evaluate(
                tau2_base("retail"),
                read_document(document),
                messages,
                STOPS[record["termination_reason"]],
            )
            assert shown(evaluation) == expected(recorded["reward_info"]), record["sim_id"]
            assert bool(evaluation.mismatches) == (not recorded["strict"]), record["sim_id"]


def test_messages_survive_import_and_export_unchanged():
    for record in records("real_retail"):
        exported = [export_message(each) for each in import_messages(record["messages"])]
        assert exported == record["messages"]


def test_tasks_survive_import_and_export_unchanged():
    ref = DatabaseRef(domain="retail", source="tau2")
    for document in tau2_documents("retail").values():
        task = import_task(document, ref)
        stored = Task.model_validate_json(task.model_dump_json())
        assert export_task(stored) == document
