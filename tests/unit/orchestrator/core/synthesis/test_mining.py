import random

from seawright_orchestrator.core.synthesis.mining import Evidence, Guards, evidence, mine
from seawright_orchestrator.core.synthesis.rules import violates
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, GoalRow
from seawright_shared.records.base import Scalar
from tests.unit.orchestrator.core.synthesis.builders import literal, outcome, rule


def row(cause: str | None, goal: str = "cancel", **features: Scalar) -> Evidence:
    return Evidence(goal=GoalRow(type=goal, features=features), cause=cause)


def rows(num: int, cause: str | None, **features: Scalar) -> list[Evidence]:
    return [
        Evidence(goal=GoalRow(type="cancel", features=features), cause=cause) for _ in range(num)
    ]


def noisy(num: int, seed: int) -> list[Evidence]:
    """Cancel fails unless pending; a gift on a large order fails; the rest is noise."""
    rng = random.Random(seed)
    made: list[Evidence] = []
    for _ in range(num):
        status = rng.choice(["pending", "delivered", "processed"])
        gift, large = rng.random() < 0.5, rng.random() < 0.5
        cause = None
        if status != "pending":
            cause = "not pending"
        elif gift and large:
            cause = "gift too small"
        colour = rng.choice(["red", "blue", "green"])
        made.append(row(cause, status=status, gift=gift, large=large, colour=colour))
    return made


def test_the_preconditions_are_found_and_nothing_else():
    found = mine(noisy(300, 1), [])
    assert [rule.cause for rule in found] == ["not pending", "gift too small"]
    assert [(test.feature, test.op, test.value) for test in found[0].when] == [
        ("status", "!=", "pending")
    ]
    assert {(test.feature, test.value) for test in found[1].when} == {
        ("gift", True),
        ("large", True),
    }


def test_mining_is_deterministic():
    assert mine(noisy(300, 2), []) == mine(noisy(300, 2), [])


def test_support_below_six_is_not_a_rule():
    clean = rows(20, None, status="pending")
    assert mine([*rows(5, "c", status="sent"), *clean], []) == []
    assert len(mine([*rows(6, "c", status="sent"), *clean], [])) == 1


def test_one_success_among_few_failures_breaks_the_precision():
    clean = rows(20, None, status="pending")
    assert mine([*rows(8, "c", status="sent"), *rows(1, None, status="sent"), *clean], []) == []


def test_the_lower_precision_comes_only_after_the_higher_one():
    mixed = [
        *rows(19, "soft", a="x", b="n"),
        *rows(1, None, a="x", b="n"),
        *rows(10, "hard", a="n", b="y"),
        *rows(30, None, a="n", b="n"),
    ]
    found = mine(mixed, [])
    assert [rule.cause for rule in found] == ["hard", "soft"]
    assert found[0].precision == 1.0
    assert 0.9 <= found[1].precision < 0.98


def test_mixed_causes_make_no_rule():
    clean = rows(20, None, prev="cancel")
    mixed = [*rows(5, "one", prev="none"), *rows(5, "two", prev="none")]
    assert mine([*mixed, *clean], []) == []


def test_what_a_rule_explains_is_not_explained_again():
    failing = rows(10, "c", status="sent", also="yes")
    clean = rows(20, None, status="pending", also="no")
    assert len(mine([*failing, *clean], [])) == 1


def test_known_rules_cover_and_retired_ones_are_not_proposed_again():
    failing, clean = rows(10, "c", status="sent"), rows(20, None, status="pending")
    (found,) = mine([*failing, *clean], [])
    assert mine([*failing, *clean], [found]) == []
    retired = found.model_copy(update={"status": "retired"})
    assert found.id not in {rule.id for rule in mine([*failing, *clean], [retired])}


def test_at_most_eight_rules_come_of_one_iteration():
    failing = [
        row(f"cause {number}", goal=f"goal{number}", bad=bad)
        for number in range(12)
        for bad in [True] * 8 + [False] * 6
    ]
    failing = [
        Evidence(goal=one.goal, cause=one.cause if one.goal.features["bad"] else None)
        for one in failing
    ]
    assert len(mine(failing, [])) == 8
    assert len(mine(failing, [], guards=Guards(max_rules=20))) == 12


def test_mined_rules_match_at_least_the_rows_they_count():
    data = noisy(200, 3)
    for found in mine(data, []):
        failing = [one for one in data if one.cause and violates(found, one.goal)]
        assert len(failing) >= found.support


def test_rows_end_at_the_first_failing_goal():
    goals = [GoalRow(type=name, features={}) for name in ("a", "b", "c")]
    failed = CandidateOutcome(
        draft_id="d", iteration=0, goals=goals, accepted=False, failed_goal=1, cause="x"
    )
    assert [(one.goal.type, one.cause) for one in evidence([failed])] == [("a", None), ("b", "x")]


def test_a_failure_that_blames_no_goal_says_nothing():
    spoilt = outcome(accepted=False, cause="duplicate", failed_goal=None)
    assert evidence([spoilt]) == []


def test_thresholds_of_numbers_are_found():
    data = [row("poor" if balance < 50 else None, balance=balance) for balance in range(100)]
    found = mine(data, [])
    explained = [one for one in data if any(violates(r, one.goal) for r in found)]
    assert all(one.cause for one in explained)
    assert len(explained) >= 40


def test_seed_rules_of_other_scopes_do_not_cover():
    failing, clean = rows(10, "c", status="sent"), rows(20, None, status="pending")
    other = rule("r", "return", literal("status", "==", "sent"))
    assert len(mine([*failing, *clean], [other])) == 1


def test_what_fails_for_every_goal_alike_is_one_rule_for_all():
    data = [
        row("not found" if bad else None, goal=goal, exists=not bad)
        for goal in ("a", "b", "c")
        for bad in [True] * 4 + [False] * 6
    ]
    (found,) = mine(data, [])
    assert found.scope == "*"
    assert found.support == 12


def test_six_failures_prove_nothing_while_nearly_everything_fails():
    same = [row("c", colour=colour) for colour in ["red"] * 8 + ["blue"] * 3]
    assert mine([*same, row(None, colour="blue")], []) == []


def test_a_rule_never_leaves_nothing_of_a_goal_type():
    first = [row("not pending", status="sent", reason="none") for _ in range(12)]
    second = [row("no reason", status="pending", reason="none") for _ in range(8)]
    found = mine([*first, *second], [])
    everything = [one for one in [*first, *second] if any(violates(r, one.goal) for r in found)]
    assert len(everything) < 20


def test_a_goal_before_the_failing_one_is_no_evidence_against_later_checks():
    """Its order may be another customer's: that check was never reached."""
    goals = [GoalRow(type="a", features={"own": False}), GoalRow(type="b", features={})]
    early = CandidateOutcome(
        draft_id="d",
        iteration=0,
        goals=goals,
        accepted=False,
        failed_goal=1,
        cause="exec:x",
        stage="execution",
        passed=["schema"],
    )
    held, _ = evidence([early])
    assert held.held_at == {"schema", "execution"}
    refused = [row("policy:not yours", own=False) for _ in range(8)]
    refused = [Evidence(goal=one.goal, cause=one.cause, stage="policy") for one in refused]
    clean = [row(None, own=True) for _ in range(10)]
    confusing = [Evidence(goal=one.goal, cause=None, held_at=held.held_at) for one in refused]
    (found,) = mine([*refused, *clean, *confusing], [])
    assert found.precision == 1.0


def refused(num: int, stage: str, cause: str, *passed: str, **features: Scalar) -> list[Evidence]:
    goal = GoalRow(type="cancel", features=features)
    return [
        Evidence(goal=goal, cause=cause, stage=stage, held_at=frozenset(passed)) for _ in range(num)
    ]


def test_what_an_earlier_check_refused_hides_no_cause_that_a_later_one_finds():
    clean = rows(20, None, is_long=False, status="sent")
    late = refused(8, "policy", "too long", "execution", is_long=True, status="sent")
    early = refused(6, "execution", "no order", is_long=True, status="none")
    found = mine([*clean, *late, *early], [], guards=Guards(max_rules=1))
    assert [(rule.cause, rule.support) for rule in found] == [("too long", 8)]
    assert found[0].when == [literal("is_long", "==", True)]


def test_what_a_later_check_refused_speaks_against_a_cause_that_it_passed():
    clean = rows(20, None, is_long=False)
    refusals = refused(8, "policy", "too long", "execution", is_long=True)
    passed = refused(3, "effect", "no change", "execution", "policy", is_long=True)
    assert mine([*clean, *refusals, *passed], []) == []


def test_a_failing_goal_is_known_to_have_passed_what_its_candidate_passed():
    refusal = outcome(accepted=False, cause="too long").model_copy(
        update={"stage": "policy", "passed": ["schema", "execution"]}
    )
    (found,) = evidence([refusal])
    assert [found.is_decided_by(stage) for stage in ("execution", "policy", "effect")] == [
        True,
        True,
        False,
    ]
