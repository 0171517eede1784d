from tests.unit.environment.core.audits.library import (
    action,
    audit_one,
    codes,
    repaired,
    task,
    the,
)

CLOSE = action("close_loan", loan_id="L1")


def test_a_task_without_criteria_or_basis_rewards_every_episode():
    bare = task(words="L1")
    del bare["evaluation_criteria"]
    assert the(audit_one(bare), "no-criteria").severity == "error"
    empty = task(CLOSE, words="L1", reward_basis=[])
    assert the(audit_one(empty), "no-criteria").severity == "error"


def test_a_text_with_a_comma_is_never_met_and_the_repair_is_met():
    document = task(CLOSE, words="L1", communicate_info=["1,628"])
    found = audit_one(document)
    finding = the(found, "info-never-met")
    assert (finding.severity, finding.pointer) == (
        "error",
        "/0/evaluation_criteria/communicate_info/0",
    )
    assert "gold-fails" in codes(found)
    mended = repaired(document, finding)
    assert mended["evaluation_criteria"]["communicate_info"] == ["1628"]
    assert codes(audit_one(mended)) == []


def test_a_comma_that_is_not_scored_is_only_a_note():
    document = task(CLOSE, words="L1", communicate_info=["1,628"], reward_basis=["DB"])
    assert the(audit_one(document), "info-never-met").severity == "note"


def test_texts_that_anything_meets_are_noticed():
    document = task(CLOSE, words="L1", communicate_info=["help you", "7", ""])
    found = audit_one(document)
    assert codes(found).count("info-always-met") == 2
    assert the(found, "info-too-short").pointer.endswith("/communicate_info/1")


def test_writes_without_a_compared_state_are_noticed_and_the_state_can_be_added():
    document = task(CLOSE, words="L1", communicate_info=["closed"], reward_basis=["COMMUNICATE"])
    finding = the(audit_one(document), "state-not-compared")
    assert finding.severity == "warning"
    mended = repaired(document, finding)
    assert mended["evaluation_criteria"]["reward_basis"] == ["COMMUNICATE", "DB"]
    assert codes(audit_one(mended)) == []


def test_an_assertion_that_holds_at_the_start_is_noticed():
    off = {"env_type": "user", "func_name": "assert_light", "arguments": {"is_on": False}}
    document = task(CLOSE, words="L1", env_assertions=[off], reward_basis=["DB", "ENV_ASSERTION"])
    finding = the(audit_one(document), "assertion-met-at-start")
    assert finding.pointer == "/0/evaluation_criteria/env_assertions/0"


def test_an_assertion_that_raises_where_nothing_was_done_is_noticed_and_earns_nothing():
    back = {"env_type": "assistant", "func_name": "assert_returned", "arguments": {"loan_id": "L1"}}
    found = audit_one(
        task(CLOSE, words="L1", env_assertions=[back], reward_basis=["ENV_ASSERTION"])
    )
    finding = the(found, "assertion-raises")
    assert finding.severity == "warning"
    assert "nothing came back" in finding.detail
    assert found.passes == []
    assert {row.operator: (row.mutants, row.killed) for row in found.kills}["drop_write"] == (1, 1)


def test_criteria_outside_the_basis_and_a_basis_without_criteria_are_noticed():
    document = task(
        CLOSE, words="L1", nl_assertions=["Is kind."], reward_basis=["DB", "ENV_ASSERTION"]
    )
    found = audit_one(document)
    assert the(found, "criterion-not-scored").pointer.endswith("/nl_assertions")
    assert the(found, "basis-without-criteria").pointer.endswith("/reward_basis")


def test_a_transfer_that_is_not_scored_is_noticed_and_can_be_scored():
    document = task(CLOSE, action("transfer_to_desk", summary="help"), words="L1")
    finding = the(audit_one(document), "transfer-not-scored")
    mended = repaired(document, finding)
    assert mended["evaluation_criteria"]["reward_basis"] == ["DB", "COMMUNICATE", "ACTION"]
    assert mended["evaluation_criteria"]["actions"][1]["compare_args"] == []
    assert codes(audit_one(mended)) == []


def test_comparing_arguments_that_an_action_has_not_is_noticed():
    strange = {**CLOSE, "compare_args": ["loan"]}
    found = audit_one(task(strange, words="L1", reward_basis=["DB", "ACTION"]))
    assert "compare_args names loan" in the(found, "compares-nothing").detail
