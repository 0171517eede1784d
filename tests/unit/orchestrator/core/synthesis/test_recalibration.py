from seawright_orchestrator.core.synthesis.plans import stamped_evaluation
from seawright_orchestrator.core.synthesis.recalibration import (
    names_before_execution,
    recalibrate,
)
from seawright_orchestrator.core.synthesis.state import CheckStats
from seawright_shared.records.plans import CheckConfig, EvaluationPlan


def evaluation(*names: str, disabled: tuple[str, ...] = ()) -> EvaluationPlan:
    checks = [
        CheckConfig.model_validate({"id": name, "enabled": name not in disabled}) for name in names
    ]
    return stamped_evaluation(EvaluationPlan(id="", stream_id="s", version=0, task_checks=checks))


def order(plan: EvaluationPlan) -> list[str]:
    return [check.id for check in plan.task_checks]


def test_a_hygiene_check_that_caught_something_moves_before_execution():
    plan = evaluation("schema", "execution", "selftest", "duplicate", "contamination")
    after = recalibrate(plan, {"duplicate": CheckStats(runs=9, catches=2)}, num_late_task_faults=0)
    assert order(after.plan) == ["schema", "duplicate", "execution", "selftest", "contamination"]
    assert names_before_execution(after.plan) == {"schema", "duplicate"}
    assert len(after.changes) == 1
    assert (after.plan.parent, after.plan.version) == (plan.id, 1)


def test_without_cause_nothing_changes():
    plan = evaluation("schema", "execution", "duplicate")
    after = recalibrate(plan, {}, num_late_task_faults=0)
    assert after.plan is plan
    assert after.changes == []


def test_exchangeable_checks_are_ordered_by_catches_per_cost_not_by_the_clock():
    plan = evaluation("execution", "policy", "effect", "reference", "selftest")
    stats = {
        "policy": CheckStats(runs=100, catches=10, milliseconds=1),
        "effect": CheckStats(runs=90, catches=40, milliseconds=900),
        "reference": CheckStats(runs=50, catches=1, milliseconds=5),
    }
    after = recalibrate(plan, stats, num_late_task_faults=0)
    assert order(after.plan) == ["execution", "effect", "policy", "reference", "selftest"]


def test_few_runs_reorder_nothing():
    plan = evaluation("execution", "policy", "effect", "reference")
    stats = {name: CheckStats(runs=5, catches=1) for name in ("effect", "reference", "policy")}
    assert recalibrate(plan, stats, num_late_task_faults=0).changes == []


def test_bad_tasks_found_late_enable_a_check():
    plan = evaluation("execution", "policy", "selftest", disabled=("policy", "selftest"))
    assert recalibrate(plan, {}, num_late_task_faults=2).changes == []
    after = recalibrate(plan, {}, num_late_task_faults=3)
    assert [check.enabled for check in after.plan.task_checks] == [True, True, False]
