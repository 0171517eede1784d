"""Every task and recorded run of tau2-bench comes back byte for byte, and grades as recorded."""

import json
from pathlib import Path
from typing import Any

import pytest

from seawright_environment.core.tau2_documents import import_task
from seawright_environment.core.tau2_grading import Replay, grade_run
from seawright_environment.core.tau2_trajectories import export_run, import_run
from seawright_environment.domains import DOMAINS
from seawright_shared.records.base import canonical_json
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory
from tests.support.tau2_vectors import FOLDER, needs_vectors, records, tau2_base, tau2_documents

pytestmark = needs_vectors

TASK_FILES = {
    "airline/tasks.json": 50,
    "mock/tasks.json": 10,
    "retail/tasks.json": 114,
    "telecom/tasks.json": 2285,
    "telecom/tasks_small.json": 20,
}
"""All task files of tau2-bench's data, with their number of tasks."""
RUNS = {"airline": 485, "retail": 141, "telecom": 147}


def task_files() -> list[str]:
    folder = FOLDER / "data" / "domains"
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/tasks*.json"))


def test_no_task_file_is_left_out():
    assert task_files() == sorted(TASK_FILES)


@pytest.mark.parametrize("name", sorted(TASK_FILES))
def test_every_task_comes_back_byte_for_byte_and_in_its_order_of_keys(name: str):
    path = FOLDER / "data" / "domains" / Path(name)
    documents: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    assert len(documents) == TASK_FILES[name]
    ref = DatabaseRef(domain=path.parent.name, source="tau2")
    for document in documents:
        task = Task.model_validate_json(import_task(document, ref).model_dump_json())
        exported = task.tau2
        assert canonical_json(exported) == canonical_json(document)
        assert json.dumps(exported) == json.dumps(document)


def run_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded run as a results file holds it."""
    return {
        "id": record["sim_id"],
        "task_id": record["task_id"],
        "start_time": "2025-01-01T00:00:00",
        "end_time": "2025-01-01T00:00:01",
        "duration": 1.0,
        "termination_reason": record["termination_reason"],
        "reward_info": {"reward": record["recorded"]["reward"]},
        "messages": record["messages"],
        "trial": record["trial"],
        "source": record["source"],
    }


@pytest.mark.parametrize("domain", sorted(RUNS))
def test_every_recorded_run_comes_back_byte_for_byte(domain: str):
    found = records(f"real_{domain}")
    assert len(found) == RUNS[domain]
    for record in found:
        run = run_of(record)
        trajectory = import_run(run)
        stored = Trajectory.model_validate_json(trajectory.model_dump_json())
        assert json.dumps(export_run(stored)) == json.dumps(run), record["sim_id"]


GRADED = ("reward", "reward_basis", "reward_breakdown")


@pytest.mark.parametrize("domain", [name for name in sorted(RUNS) if name in DOMAINS])
def test_every_recorded_run_grades_as_tau2_bench_grades_it_again(domain: str):
    documents = tau2_documents(domain)
    base = tau2_base(domain)
    for record in records(f"real_{domain}"):
        again = record["recomputed_current"]
        for is_strict in (False, True):
            replay = Replay(is_strict=is_strict, is_solo=record["solo_mode"])
            found = grade_run(base, documents[record["task_id"]], run_of(record), replay)
            if is_strict and not again["strict"]:
                assert (found.reward, bool(found.problem)) == (None, True), record["sim_id"]
                continue
            assert found.reward_info is not None, (record["sim_id"], found.problem)
            expected: Any = again["reward_info"]
            told = {key: found.reward_info[key] for key in GRADED}
            assert told == {key: expected[key] for key in GRADED}, record["sim_id"]
            assert listed(found.reward_info["action_checks"], "action_match") == listed(
                expected["action_match"]
            )
            assert listed(found.reward_info["env_assertions"], "met") == listed(
                expected["env_assertions_met"]
            )
            assert listed(found.reward_info["communicate_checks"], "met") == listed(
                expected["communicate_met"]
            )
            assert found.recorded_reward == record["recorded"]["reward"]


def listed(checks: Any, key: str | None = None) -> list[bool]:
    return [each[key] if key else each for each in checks or []]
