from tests.unit.environment.core.audits.library import (
    action,
    audit_one,
    codes,
    repaired,
    task,
    the,
)

CLOSE = action("close_loan", loan_id="L1")


def test_a_sound_task_has_no_finding_about_its_gold():
    found = audit_one(task(action("show_loan", loan_id="L1"), CLOSE, words="close L1"))
    assert found.is_audited
    assert codes(found) == []


def test_a_write_that_is_refused_is_an_error_and_a_read_a_warning_at_its_place():
    document = task(
        action("close_loan", loan_id="L3"), action("show_loan", loan_id="L9"), CLOSE, words="L1 L3"
    )
    found = audit_one(document)
    write, read = the(found, "write-refused"), the(found, "read-refused")
    assert (write.severity, write.pointer) == ("error", "/0/evaluation_criteria/actions/0")
    assert "The loan is back" in write.detail
    assert (read.severity, read.pointer) == ("warning", "/0/evaluation_criteria/actions/1")


def test_dropping_a_refused_write_is_suggested_and_mends_it():
    document = task(action("close_loan", loan_id="L3"), CLOSE, words="L1 L3")
    finding = the(audit_one(document), "write-refused")
    mended = repaired(document, finding)
    assert [each["arguments"] for each in mended["evaluation_criteria"]["actions"]] == [
        {"loan_id": "L1"}
    ]
    assert codes(audit_one(mended)) == []


def test_a_call_that_fits_no_tool_is_named_by_what_is_wrong_with_it():
    found = audit_one(
        task(
            action("burn_book", loan_id="L1"),
            action("renew_loan", loan_id="L1", days="two", why="please"),
            action("renew_loan", loan_id="L1"),
            action("toggle_light"),
        )
    )
    unknown = [f.detail for f in found.findings if f.code == "unknown-tool"]
    assert unknown == [
        "the assistant has no tool 'burn_book'",
        "the assistant has no tool 'toggle_light'",
    ]
    wrong = {f.pointer: f.detail for f in found.findings if f.code == "wrong-arguments"}
    actions = "/0/evaluation_criteria/actions"
    assert wrong == {
        f"{actions}/1/arguments/days": "renew_loan: days has the wrong type",
        f"{actions}/1/arguments/why": "renew_loan: there is no parameter 'why'",
        f"{actions}/2": "renew_loan: missing days",
    }


def test_true_is_no_integer():
    found = audit_one(task(action("renew_loan", loan_id="L1", days=True)))
    assert "wrong-arguments" in codes(found)


def test_a_write_that_changes_nothing_and_one_that_stands_twice_are_noticed():
    nothing = action("renew_loan", loan_id="L1", days=0)
    more = action("renew_loan", loan_id="L1", days=2)
    found = audit_one(task(nothing, more, more, words="L1"))
    assert the(found, "write-without-effect").pointer.endswith("/actions/0")
    assert the(found, "repeated-write").pointer.endswith("/actions/2")


def test_gold_that_does_not_reach_its_own_criteria_is_an_error():
    light = {
        "env_type": "user",
        "func_name": "assert_light",
        "arguments": {"is_on": True},
        "assert_value": True,
    }
    document = task(
        action("toggle_sound", by="user"), env_assertions=[light], reward_basis=["ENV_ASSERTION"]
    )
    finding = the(audit_one(document), "gold-fails")
    assert finding.severity == "error"
    assert "ENV_ASSERTION" in finding.detail
