import pytest

from seawright_orchestrator.core.synthesis.plan_versions import (
    diff_versions,
    plan_version,
    plan_versions,
)
from seawright_orchestrator.core.synthesis.plans import (
    full_evaluation_plan,
    stamped,
    stamped_evaluation,
)
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.errors import NotFoundError
from seawright_shared.records.plans import Plan, Reflection, RuleDiff
from seawright_shared.records.reports import IterationReport
from tests.unit.orchestrator.core.synthesis.builders import literal, plan, rule

HELD = rule("held", "cancel", literal("status", "==", "sent"))
NEW = rule("new", "return", literal("status", "==", "sent"))
FIRST = plan(HELD)
LAST = stamped(
    plan(HELD.model_copy(update={"status": "retired"}), NEW).model_copy(
        update={"version": 1, "parent": FIRST.id, "goals": {"cancel": 0.2, "return": 0.8}}
    )
)
CHECKS = full_evaluation_plan("stream_1")
LOOSER = stamped_evaluation(
    CHECKS.model_copy(
        update={
            "version": 1,
            "task_checks": [
                check.model_copy(update={"on_fail": "flag"}) if check.id == "reference" else check
                for check in CHECKS.task_checks
            ],
        }
    )
)


def report(of: Plan, iteration: int) -> IterationReport:
    return IterationReport(
        stream_id="stream_1", iteration=iteration, plan_id=of.id, num_candidates=1, num_accepted=0
    )


STREAM = PlanStream(
    id="stream_1",
    index=0,
    plans=[FIRST, LAST],
    evaluation_plans=[CHECKS, LOOSER],
    reflections=[
        Reflection(
            id="reflection_1",
            stream_id="stream_1",
            iteration=1,
            plan_from=FIRST.id,
            plan_to=LAST.id,
            evaluation_from=CHECKS.id,
            evaluation_to=LOOSER.id,
            diff=RuleDiff(added=[NEW]),
            predicted_yield=0.5,
        )
    ],
    reports=[report(FIRST, 0), report(FIRST, 1), report(LAST, 2)],
)


def test_old_versions_stay_readable_with_what_made_them_and_what_they_drew():
    first, last = plan_versions(STREAM)
    assert (first.plan, first.evaluation_plan, first.reflection) == (FIRST, CHECKS, None)
    assert (last.plan, last.evaluation_plan) == (LAST, LOOSER)
    assert last.reflection == STREAM.reflections[0]
    assert [one.iteration for one in first.iterations] == [0, 1]
    assert [one.iteration for one in last.iterations] == [2]


def test_a_diff_names_rules_weights_and_checks_that_changed_and_nothing_else():
    first, last = plan_versions(STREAM)
    diff = diff_versions(first, last)
    assert [one.id for one in diff.added] == ["new"]
    assert [one.id for one in diff.retired] == ["held"]
    assert diff.removed == diff.revived == []
    assert diff.changed == {
        "goals/cancel": (0.5, 0.2),
        "goals/return": (0.5, 0.8),
        "evaluation/checks/reference/on_fail": ("reject", "flag"),
    }


def test_a_diff_backwards_is_the_inverse():
    first, last = plan_versions(STREAM)
    there, back = diff_versions(first, last), diff_versions(last, first)
    assert [one.id for one in back.removed] == [one.id for one in there.added]
    assert [one.id for one in back.revived] == [one.id for one in there.retired]
    assert back.changed == {path: (b, a) for path, (a, b) in there.changed.items()}
    assert diff_versions(first, first).changed == {}


def test_a_version_that_never_was_is_a_fault_that_says_which_there_are():
    with pytest.raises(NotFoundError, match="0 to 1, not 7"):
        plan_version(STREAM, 7)
