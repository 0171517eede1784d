from typing import Any

import pytest

from tests.unit.environment.core.audits.library import action, audit, audit_one, kills, task

CLOSE = action("close_loan", loan_id="L1")
LIGHT = {"env_type": "user", "func_name": "assert_light", "arguments": {"is_on": True}}
FIX = action("toggle_light", by="user")
BLIND = task(FIX, words="no light", env_assertions=[LIGHT], reward_basis=["ENV_ASSERTION"])


def test_comparing_the_state_kills_every_mutant_that_ends_elsewhere():
    found = kills(audit_one(task(CLOSE, action("renew_loan", loan_id="L2", days=2))))
    assert {
        "drop_write",
        "near_miss",
        "over_fulfil",
        "collateral_other",
        "collateral_device",
        "duplicate_write",
    } <= set(found)
    assert all(mutants == killed for mutants, killed in found.values())
    assert all(found[name][0] > 0 for name in ("drop_write", "near_miss", "collateral_other"))


def test_an_assertion_kills_dropped_fixes_and_no_collateral_damage():
    found = kills(audit_one(BLIND))
    assert found["drop_write"] == (1, 1)
    assert found["undoing"] == (1, 1)
    for name in ("collateral_own", "collateral_other", "collateral_device"):
        mutants, killed = found[name]
        assert mutants > 0
        assert killed == 0


def test_reads_and_words_that_are_not_scored_are_never_missed():
    document = task(
        action("show_loan", loan_id="L1"), CLOSE, communicate_info=["red"], reward_basis=["DB"]
    )
    found = kills(audit_one(document))
    assert found["drop_read"] == (1, 0)
    assert found["drop_said"] == (1, 0)
    heard = {**document, "evaluation_criteria": {**document["evaluation_criteria"]}}
    heard["evaluation_criteria"]["reward_basis"] = ["DB", "COMMUNICATE", "ACTION"]
    found = kills(audit_one(heard))
    assert found["drop_read"] == (1, 1)
    assert found["drop_said"] == (1, 1)


def test_a_mutant_that_ends_in_golds_state_is_equal_and_not_counted():
    twice = audit_one(task(CLOSE)).kills
    row = next(each for each in twice if each.operator == "duplicate_write")
    assert (row.mutants, row.killed, row.equivalent) == (0, 0, 1)


def test_writes_that_commute_make_no_wrong_order():
    one, other = (action("renew_loan", loan_id=loan, days=1) for loan in ("L1", "L2"))
    row = next(e for e in audit_one(task(one, other)).kills if e.operator == "wrong_order")
    assert (row.mutants, row.equivalent) == (0, 1)


def test_writes_that_do_not_commute_make_a_wrong_order_that_is_killed():
    found = kills(audit_one(task(action("renew_loan", loan_id="L1", days=1), CLOSE)))
    assert found["wrong_order"] == (1, 1)


@pytest.mark.parametrize("most", [0, 1, 2])
def test_no_class_has_more_mutants_than_asked_for(most: int):
    report = audit([task(CLOSE), BLIND], max_mutants=most)
    assert bool(report.kills) == bool(most)
    assert all(row.mutants <= most for each in report.tasks for row in each.kills)


def test_the_totals_are_the_sums_of_the_tasks():
    report = audit([task(CLOSE), BLIND])
    for row in report.kills:
        parts = [each for part in report.tasks for each in part.kills]
        mine = [each for each in parts if each.operator == row.operator]
        assert row.mutants == sum(each.mutants for each in mine)
        assert row.killed == sum(each.killed for each in mine)


def test_mutants_of_a_task_whose_gold_fails_are_not_counted():
    failing: Any = task(CLOSE, communicate_info=["1,000"])
    report = audit([failing, task(CLOSE, words="L1")])
    assert report.num_gold_failing == 1
    assert report.tasks[0].kills == []
    assert report.tasks[1].kills != []
