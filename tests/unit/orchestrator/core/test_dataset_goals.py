from seawright_orchestrator.core.dataset_items import is_wanted
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Scenario, Task


def wanted(goal_types: list[str], goals: list[str]) -> bool:
    task = Task(
        id="task_1",
        domain="retail",
        database=DatabaseRef(domain="retail"),
        scenario=Scenario(persona="plain", opening="Hello", wishes=[]),
        goal_types=goal_types,
    )
    spec = DatasetSpec(name="d", kind="rl_tasks", synthesis_run_ids=["srun_1"], goals=goals)
    return is_wanted(task, spec)


def test_a_task_is_kept_only_where_all_its_goal_types_are_wanted():
    assert wanted(["cancel"], ["cancel", "return"])
    assert not wanted(["cancel", "exchange"], ["cancel", "return"])


def test_without_goals_every_task_is_kept():
    assert wanted(["cancel"], [])
