"""Recorded evaluations of tau2-bench's tasks, made again: what every domain's test asks."""

import json
from collections.abc import Callable
from typing import Any

from seawright_environment.core.tau2_documents import import_task, read_document
from seawright_environment.core.tau2_evaluation import Tau2Evaluation, evaluate
from seawright_environment.core.tau2_messages import export_message, import_messages
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from tests.support.tau2_vectors import records, tau2_base, tau2_documents

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


def check_synthetic(
    name: str,
    domain: str,
    *,
    num_records: int,
    variant: str = "",
    has_random_id: Callable[[dict[str, Any]], bool] = lambda record: False,
) -> None:
    """The records' synthetic trajectories are rewarded as recorded, and end in the same state.

    Where tau2-bench drew an id at random, the agent's state is not compared.
    """
    documents = tau2_documents(domain)
    found = records(name)
    assert len(found) == num_records
    for record in found:
        evaluation = evaluate(
            tau2_base(variant or domain),
            read_document(documents[record["task_id"]]),
            import_messages(transcript(record)),
            STOPS[record.get("termination_reason", "user_stop")],
        )
        where = (record["task_id"], record.get("mutation"))
        assert shown(evaluation) == expected(record["reward_info"]), where
        assert not evaluation.mismatches, where
        if evaluation.world is not None:
            is_known = evaluation.world.state_hash() == record["final_hash"]["agent"]
            assert is_known or has_random_id(record), where
            assert evaluation.world.user_state_hash() == record["final_hash"]["user"], where


def check_real(name: str, domain: str, *, num_records: int) -> None:
    """Real trajectories are rewarded as recorded under the task's definition then and now.

    Those that tau2-bench's strict replay refuses, and no others, answer differently now.
    """
    documents = tau2_documents(domain)
    found = records(name)
    assert len(found) == num_records
    for record in found:
        current = documents[record["task_id"]]
        criteria = record.get("embedded_evaluation_criteria") or current["evaluation_criteria"]
        embedded = {**current, "evaluation_criteria": criteria}
        messages = import_messages(record["messages"])
        recorded = {"recomputed_current": current}
        if "recomputed_embedded" in record:
            recorded["recomputed_embedded"] = embedded
        for key, document in recorded.items():
            evaluation = evaluate(
                tau2_base(domain),
                read_document(document),
                messages,
                STOPS[record["termination_reason"]],
                is_solo=record.get("solo_mode", False),
            )
            where = (record["sim_id"], key)
            assert shown(evaluation) == expected(record[key]["reward_info"]), where
            assert bool(evaluation.mismatches) == (not record[key]["strict"]), where


def check_messages(name: str) -> None:
    """Messages survive import and export unchanged."""
    for record in records(name):
        exported = [export_message(each) for each in import_messages(record["messages"])]
        assert exported == record["messages"]


def check_documents(domain: str) -> None:
    """Tasks survive import and export unchanged."""
    ref = DatabaseRef(domain=domain, source="tau2")
    for document in tau2_documents(domain).values():
        task = import_task(document, ref)
        stored = Task.model_validate_json(task.model_dump_json())
        assert stored.tau2 == document


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
    """Return what is compared, as text: 1 and 1.0 differ."""
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
    """Return the same of a record."""
    return json.dumps({key: info[key] for key in COMPARED}, sort_keys=True)
