"""The guards that measurement found necessary, each with a case in which it decides."""

import random
from collections.abc import Sequence
from dataclasses import replace

from seawright_orchestrator.core.synthesis.iteration import Audit, audited
from seawright_orchestrator.core.synthesis.mining import Evidence, Guards, mine
from seawright_orchestrator.core.synthesis.plans import full_evaluation_plan
from seawright_orchestrator.core.synthesis.probation import MIN_PROBES, probed
from seawright_orchestrator.core.synthesis.recalibration import (
    LOOSENABLE,
    Recalibration,
    recalibrate,
)
from seawright_orchestrator.core.synthesis.reflection import Circumstances, reflect
from seawright_orchestrator.core.synthesis.state import (
    CandidateOutcome,
    CheckStats,
    GoalRow,
    PlanStream,
)
from seawright_shared.records.base import Scalar
from seawright_shared.records.plans import EvaluationPlan
from tests.unit.orchestrator.core.synthesis.builders import literal, outcome, plan, rule

LOOSE = Guards(homogeneity=0.0)
AFTER_FIRST = Circumstances(mode="reflect", iteration=0, is_last=False)
AFTER_SECOND = Circumstances(mode="reflect", iteration=1, is_last=False)


def row(cause: str | None, **features: Scalar) -> Evidence:
    return Evidence(goal=GoalRow(type="cancel", features=features), cause=cause)


def stream(window: Sequence[CandidateOutcome], **goals: float) -> PlanStream:
    return PlanStream(
        id="stream_1",
        index=0,
        plans=[plan(goals=goals or {"cancel": 1.0})],
        evaluation_plans=[full_evaluation_plan("stream_1")],
        window=list(window),
    )


def batch(
    iteration: int, num: int, num_good: int, goal: str = "cancel", *, status: str
) -> list[CandidateOutcome]:
    return [
        outcome(iteration, goal, accepted=index < num_good, cause="c", status=status)
        for index in range(num)
    ]


def test_guard_homogeneity_a_bystander_of_two_causes_is_no_rule():
    """First goals fail for many reasons while most drafts fail: their being first is none of them."""
    data = [row("not pending", first=True, status="sent", funds="card") for _ in range(60)]
    data += [row("no funds", first=True, status="pending", funds="gift") for _ in range(60)]
    data += [row(None, first=n < 2, status="pending", funds="card") for n in range(60)]

    def bystanders(guards: Guards) -> list[str]:
        tests = [test for one in mine(data, [], guards=guards) for test in one.when]
        return [test.feature for test in tests if test.feature == "first"]

    assert bystanders(Guards()) == []
    assert bystanders(LOOSE) == ["first"]


def test_guard_covering_what_one_rule_explains_makes_no_second_rule():
    """Blue things are mostly sent ones: without covering, blue would look guilty as well."""
    data = [row("sent", status="sent", colour="blue") for _ in range(20)]
    data += [row(None, status="pending", colour="red") for _ in range(40)]
    data += [row(None, status="pending", colour="green") for _ in range(10)]
    (found,) = mine(data, [])
    assert found.support == 20
    rival = rule("sent", "cancel", literal("status", "==", "sent"))
    assert mine(data, [rival]) == []


def test_guard_pairs_a_cause_of_two_conditions_needs_both():
    rng = random.Random(5)
    data = [
        row("too small" if gift and large else None, gift=gift, large=large)
        for gift, large in ((rng.random() < 0.5, rng.random() < 0.5) for _ in range(160))
    ]
    (found,) = mine(data, [])
    assert {test.feature for test in found.when} == {"gift", "large"}
    assert mine(data, [], guards=replace(Guards(), max_pair_literals=0)) == []


def test_guard_probes_a_right_rule_survives_one_lucky_probe_and_a_wrong_one_dies_of_four():
    held = rule("r1", "cancel", literal("status", "==", "sent"))

    def after(*results: bool) -> str:
        seen = [outcome(accepted=ok, cause="c", probe="r1", status="sent") for ok in results]
        return probed([held], seen)[0].status

    assert MIN_PROBES == 4
    assert after(True) == after(True, True, True) == "active"
    assert after(True, False, False, True) == "retired"
    assert after(True, False, False, False) == "active"


def test_guard_fixed_mix_a_shift_to_hard_goals_is_no_reason_to_roll_back():
    """Quotas moved to the hard goal, so the raw yield falls, though neither goal became worse."""
    first = [*batch(0, 60, 54, status="a"), *batch(0, 60, 12, "return", status="b")]
    before = reflect(stream(first, cancel=0.5, **{"return": 0.5}), AFTER_FIRST)
    second = [*batch(1, 20, 18, status="a"), *batch(1, 100, 20, "return", status="b")]
    raw = [sum(one.accepted for one in part) / len(part) for part in (first, second)]
    assert raw[1] < raw[0] - 0.2
    after = reflect(before.model_copy(update={"window": [*first, *second]}), AFTER_SECOND)
    assert after.reflections[0].accepted is True


def test_guard_rollback_a_plan_that_fell_at_the_same_mix_is_undone_with_both_figures_kept():
    first = [*batch(0, 60, 0, status="sent"), *batch(0, 60, 60, status="pending")]
    before = reflect(stream(first), AFTER_FIRST)
    second = batch(1, 120, 6, status="pending")
    after = reflect(before.model_copy(update={"window": [*first, *second]}), AFTER_SECOND)
    judged = after.reflections[0]
    assert (judged.predicted_yield, judged.observed_yield) == (1.0, 0.05)
    assert judged.accepted is False
    assert [one.status for one in after.plan.rules] == ["retired"]


def test_guard_balance_reflection_draws_more_of_what_is_short_so_far():
    seen = [*batch(0, 40, 20, status="a"), *batch(0, 40, 20, "return", status="a")]
    even = stream(seen, cancel=0.5, **{"return": 0.5})
    short = even.model_copy(update={"accepted_goals": {"cancel": 60, "return": 20}})
    goals = reflect(short, AFTER_FIRST).plan.goals
    assert goals["return"] > 0.6 > 0.4 > goals["cancel"]


def late(num: int, stage: str) -> list[CandidateOutcome]:
    return [
        CandidateOutcome(
            draft_id="d",
            iteration=0,
            goals=[GoalRow(type="cancel", features={"slot": "none"})],
            accepted=False,
            failed_goal=0,
            cause="oracle:never confirmed",
            stage=stage,
            passed=["schema", "execution", "policy", "effect", "reference", "selftest"],
        )
        for _ in range(num)
    ]


def test_guard_shift_left_what_only_playing_found_is_held_back_when_drawing():
    clean = [outcome(0, slot="free") for _ in range(30)]
    after = reflect(stream([*late(12, "oracle"), *clean]), AFTER_FIRST)
    (found,) = after.plan.rules
    assert found.cause == "oracle:never confirmed"
    (sentence,) = after.reflections[0].diff.checks
    assert sentence.startswith("oracle:never confirmed shifted left: oracle found it")


def figures(plan_of: EvaluationPlan, **stats: int) -> Recalibration:
    return recalibrate(plan_of, {"reference": CheckStats(**stats)}, num_late_task_faults=0)


def on_fail(plan_of: EvaluationPlan) -> str:
    return next(check.on_fail for check in plan_of.task_checks if check.id == "reference")


def test_guard_loosening_a_check_whose_rejects_are_solved_only_flags_from_then_on():
    strict = full_evaluation_plan("stream_1")
    assert figures(strict, audits=7, audit_passes=7).changes == []
    assert figures(strict, audits=20, audit_passes=11).changes == []
    loose = figures(strict, audits=20, audit_passes=12)
    assert on_fail(loose.plan) == "flag"
    assert (loose.plan.version, loose.plan.parent) == (1, strict.id)


def test_guard_tightening_a_loosened_check_rejects_again_and_is_then_left_alone():
    strict = full_evaluation_plan("stream_1")
    loose = figures(strict, audits=20, audit_passes=12).plan
    assert figures(loose, flagged=30, flagged_faults=5).changes == []
    tight = figures(loose, flagged=30, flagged_faults=6)
    assert on_fail(tight.plan) == "reject"
    assert figures(tight.plan, audits=90, audit_passes=90).changes == []


def test_guard_loosening_never_touches_what_a_task_is_or_what_is_promised_of_it():
    hard = {"schema", "execution", "policy", "effect", "selftest", "contamination", "oracle"}
    assert not LOOSENABLE & hard
    solved = {name: CheckStats(audits=99, audit_passes=99) for name in hard}
    strict = full_evaluation_plan("stream_1")
    assert recalibrate(strict, solved, num_late_task_faults=0).plan == strict


def test_audits_add_up_over_iterations():
    once = audited(stream([]), {"reference": Audit(num=4, num_passed=3)})
    twice = audited(once, {"reference": Audit(num=5, num_passed=4)})
    assert twice.check_stats["reference"] == CheckStats(audits=9, audit_passes=7)
