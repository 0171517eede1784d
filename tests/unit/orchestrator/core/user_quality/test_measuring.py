import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.user_quality.measuring import measured, rate
from seawright_orchestrator.core.user_quality.probes import Probe
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.trajectories import SlipKind, StopReason, UserSpec
from seawright_shared.records.user_quality import COLUMNS, Column, UserQuality
from seawright_shared.records.verdicts import Attribution, Verdict
from tests.support import telecom_synthesis
from tests.support.synthesis import accepted, shop
from tests.support.user_probes import probed

COLUMN_OF: dict[SlipKind, Column] = {
    "stopped_early": "premature_stop",
    "wrong_fact": "unknown_fact",
    "unknown_fact": "unknown_fact",
    "claimed_deed": "user_tool",
    "leaked_fact": "leak",
    "left_part": "instruction_drift",
}


def telecom(user: UserSpec | None = None) -> UserQuality:
    tasks = telecom_synthesis.accepted()[:60]
    return measured(probed(telecom_synthesis.carrier(), tasks, user))


def errors(quality: UserQuality) -> dict[Column, int]:
    return {column: found.num_errors for column, found in quality.columns.items()}


def test_the_exact_user_is_found_in_no_column_though_every_column_had_its_chances():
    calls, texts = telecom(), measured(probed(shop(), accepted()[:100]))
    for quality in (calls, texts):
        assert errors(quality) == dict.fromkeys(COLUMNS, 0)
        assert quality.errors.num_errors == 0
    assert min(found.num for found in calls.columns.values()) > 20


@pytest.mark.parametrize("kind", sorted(COLUMN_OF))
def test_each_slip_is_found_in_its_own_column_and_in_no_other(kind: SlipKind):
    quality = telecom(UserSpec(slip_rate=0.3, slip_kinds=[kind]))
    column = COLUMN_OF[kind]
    found = errors(quality)
    assert found.pop(column) > 5
    assert set(found.values()) == {0}
    slips = quality.slips[kind]
    assert set(slips.columns) == {column}
    # A fact that got out cannot get out again: later leaks of it are slips, and no new errors.
    assert slips.num_found == slips.num_made or kind == "leaked_fact"
    assert quality.findings
    assert {finding.column for finding in quality.findings} == {column}


def last_said(text: str) -> Probe:
    """Return a right play whose last words are others."""
    one = probed(shop(), accepted()[:1])[0]
    messages = [*one.trajectory.messages[:-1], Message(role="user", content=text)]
    trajectory = one.trajectory.model_copy(update={"messages": messages})
    return Probe(task=one.task, trajectory=trajectory, verdict=one.verdict)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Thanks. My frequent flyer card is 99887766. ###STOP###", "unknown_fact"),
        ("My cousin bought the blue bicycle in Rotterdam. ###STOP###", "unknown_fact"),
        ("How can I help you today?", "instruction_drift"),
        ("The customer says goodbye.", "instruction_drift"),
        ("###STOP###", None),
        ("Perfect, I really appreciate your help with this. Have a nice day! ###STOP###", None),
        ("Thank you so much, that answers my question completely. ###STOP###", None),
    ],
)
def test_what_a_model_might_say_is_judged_by_its_words(text: str, column: Column | None):
    found = errors(measured([last_said(text)]))
    assert {name for name, num in found.items() if num} == ({column} if column else set())


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        ("looping", "instruction_drift"),
        ("empty", "instruction_drift"),
        ("early_stop", "premature_stop"),
        ("unheard_transfer", "premature_stop"),
        ("foreign_tool", "user_tool"),
        ("malformed_call", "user_tool"),
    ],
)
def test_a_turn_that_failed_counts_where_its_reason_belongs(fault: str, column: Column):
    one = last_said("Hm.")
    broken = {"user_fault": fault, "stop_reason": StopReason.USER_ERROR}
    trajectory = one.trajectory.model_copy(update=broken)
    quality = measured([Probe(task=one.task, trajectory=trajectory, verdict=one.verdict)])
    found = errors(quality)
    assert {name for name, num in found.items() if num} == {column}
    assert (quality.num_user_faults, quality.errors.num_errors) == (1, 1)


def test_a_call_that_nobody_asked_for_is_a_wrong_tool():
    one = last_said("")
    call = ToolCall(id="c", name="reboot_device", requestor="user")
    messages = [*one.trajectory.messages[:-1], Message(role="user", tool_calls=[call])]
    trajectory = one.trajectory.model_copy(update={"messages": messages})
    quality = measured([Probe(task=one.task, trajectory=trajectory, verdict=one.verdict)])
    assert [finding.kind for finding in quality.findings] == ["unasked_call"]


def test_what_a_service_spoiled_is_in_no_rate():
    good, *_ = probed(shop(), accepted()[:1])
    lost = Verdict(subject="trajectory", ok=False, stage="episode", attribution=Attribution.INFRA)
    spoiled = Probe(task=good.task, trajectory=good.trajectory, verdict=lost)
    quality = measured([good, spoiled])
    assert (quality.num_probes, quality.num_left_out) == (1, 1)
    assert measured([spoiled]).errors.rate is None


@given(num=st.integers(1, 5000), share=st.floats(0, 1))
def test_an_interval_holds_its_rate_and_narrows_with_chances(num: int, share: float):
    found = rate(round(num * share), num)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= (found.rate or 0.0) <= found.high <= 1
    wider = rate(found.num_errors * 4, num * 4)
    assert (wider.high or 0) - (wider.low or 0) <= found.high - found.low


def test_the_interval_is_wilsons():
    found = rate(5, 100)
    assert math.isclose(found.low or 0, 0.0215, abs_tol=1e-4)
    assert math.isclose(found.high or 0, 0.1118, abs_tol=1e-4)
