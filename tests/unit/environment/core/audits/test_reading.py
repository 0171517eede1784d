from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.environment.core.audits.library import action, audit, codes, task, the

CLOSE = action("close_loan", loan_id="L1")
GOOD = task(CLOSE, words="L1")


@pytest.mark.parametrize("broken", [None, 3, "x", [], {}, {"id": 3}])
def test_one_broken_task_among_good_ones_is_reported_with_its_pointer(broken: Any):
    report = audit([GOOD, broken, GOOD])
    assert (report.num_tasks, report.num_audited) == (3, 2)
    assert not report.tasks[1].is_audited
    assert {finding.code for finding in report.tasks[1].findings} == {"schema-fault"}
    assert all(finding.pointer.startswith("/1") for finding in report.tasks[1].findings)
    assert report.tasks[0].kills == report.tasks[2].kills != []


def test_a_wrong_field_is_named_by_its_pointer():
    wrong = task({**CLOSE, "arguments": "L1"})
    finding = the(audit([wrong]), "schema-fault")
    assert finding.pointer == "/0/evaluation_criteria/actions/0/arguments"
    assert finding.task_id == wrong["id"]


def test_a_start_that_is_refused_is_reported_at_its_action():
    bad = task(CLOSE, words="L1")
    call = {"env_type": "assistant", "func_name": "close_loan", "arguments": {"loan_id": "L3"}}
    bad["initial_state"] = {"initialization_actions": [call]}
    finding = the(audit([bad]), "start-refused")
    assert finding.pointer == "/0/initial_state/initialization_actions/0"
    assert "The loan is back" in finding.detail


@pytest.mark.parametrize("arguments", [{}, {"is_on": True, "x": 1}])
def test_an_assertion_that_cannot_be_run_is_reported(arguments: Any):
    name = "assert_light" if not arguments else "assert_darkness"
    call = {"env_type": "user", "func_name": name, "arguments": arguments}
    report = audit([task(CLOSE, env_assertions=[call]), GOOD])
    assert the(report.tasks[0], "cannot-evaluate").severity == "error"
    assert report.num_audited == 1


def test_a_task_too_large_to_audit_is_reported():
    large = task(CLOSE, words="x" * (1 << 20))
    assert codes(audit([large]).tasks[0]) == ["too-long"]


def test_a_task_too_long_to_audit_is_reported():
    report = audit([task(*[CLOSE] * 300), GOOD])
    assert codes(report.tasks[0]) == ["too-long"]
    assert report.num_audited == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(
    name=st.sampled_from(["close_loan", "renew_loan", "show_loan", "transfer_to_desk", "x"]),
    arguments=st.dictionaries(st.sampled_from(["loan_id", "days", "summary", "self", "x"]), JSON),
    by=st.sampled_from(["assistant", "user"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_arguments_of_gold_stop_an_audit(name: str, arguments: Any, by: str):
    report = audit([task(action(name, by=by) | {"arguments": arguments}), GOOD], max_mutants=2)
    assert report.num_audited == 2


def test_equal_sets_give_equal_reports():
    tasks = [GOOD, task(action("show_loan", loan_id="L2")), {"id": "broken"}]
    assert audit(tasks) == audit(tasks)
