"""What a draft of the carrier may be: hostile ones are told apart, never executed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.world import World
from seawright_environment.domains.telecom.faults import (
    FAULTS,
    REMEDIES,
    UNFIXABLE,
    cures_of,
    shows,
    spare,
)
from seawright_environment.domains.telecom.goals_carrier import Carrier
from seawright_environment.domains.telecom.phrases import KEYS, REPORTS, VAGUE, WISHES
from seawright_environment.domains.telecom.phrases_answers import dollars, gigabytes
from seawright_environment.domains.telecom.rules_schema import flaw
from seawright_shared.records.tasks import Draft
from tests.support.telecom_synthesis import AUTHOR, carrier, check, drafts, order

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
DRAFTS = drafts(order(120, seed=8, num_goals={1: 1.0}))


def with_argument(draft: Draft, name: str, value: JsonValue) -> Draft:
    goal = draft.goals[0]
    changed = goal.model_copy(update={"arguments": {**goal.arguments, name: value}})
    return draft.model_copy(update={"goals": [changed]})


def test_what_is_drawn_has_no_flaw():
    assert [flaw(draft) for draft in DRAFTS] == [None] * len(DRAFTS)


@given(draft=st.sampled_from(DRAFTS), at=st.integers(0, 20), value=values)
def test_an_argument_of_any_other_shape_never_raises(draft: Draft, at: int, value: JsonValue):
    names = sorted(draft.goals[0].arguments)
    spoilt = with_argument(draft, names[at % len(names)], value)
    outcome = check(spoilt, [])
    assert outcome.task is None or flaw(spoilt) is None


@given(draft=st.sampled_from(DRAFTS), name=st.text(max_size=8))
def test_an_argument_too_many_is_a_flaw(draft: Draft, name: str):
    if name not in draft.goals[0].arguments:
        assert flaw(with_argument(draft, name, 1)) is not None


def test_nobody_speaks_for_another_customer():
    draft, other = DRAFTS[0], DRAFTS[1].customer_id
    assert flaw(with_argument(draft, "customer_id", other + "x")) is not None


def test_two_faults_of_one_group_do_not_hold_together():
    draft = next(draft for draft in DRAFTS if "faults" in draft.goals[0].arguments)
    assert flaw(with_argument(draft, "faults", ["no_sms", "no_storage"])) is not None
    assert flaw(with_argument(draft, "faults", ["data_saver", "vpn_slow"])) is None


def test_every_fault_is_cured_by_known_remedies_or_by_none():
    for name, fault in FAULTS.items():
        assert set(fault.cures) <= set(REMEDIES)
        assert (name in UNFIXABLE) == (not fault.cures)


def test_one_restart_serves_all_that_wait_for_it():
    arguments: dict[str, JsonValue] = {
        "faults": ["apn_broken", "line_suspended"],
        "customer_id": "C1",
        "line_id": "L1",
        "bill_id": "B1",
        "gb": 1.0,
    }
    names = [call.name for call in cures_of(arguments)]
    assert names.count("reboot_device") == 1
    assert names[-2:] == ["resume_line", "reboot_device"]


@pytest.mark.parametrize("complaint", ["no_service", "no_mobile_data", "slow_data", "mms_broken"])
def test_a_fault_that_is_not_complained_of_is_spare(complaint: str):
    for name in FAULTS:
        if shows(complaint, [name]):
            assert not spare(complaint, [name])


def test_every_goal_type_has_words():
    for goal_type in AUTHOR.goal_types:
        key = KEYS.get(goal_type, goal_type)
        assert goal_type == "hopeless_trouble" or any(k.split("/")[0] == key for k in WISHES)
        assert goal_type in VAGUE or KEYS[goal_type] in VAGUE
    assert "trouble" in REPORTS


def test_amounts_are_said_as_people_say_them():
    assert dollars(7.5) == "$7.50"
    assert gigabytes(2.0) == "2 GB"
    assert gigabytes(0.5) == "0.5 GB"


def test_a_patch_stands_before_the_view_and_leaves_it_alone():
    view = World.open(carrier()).view
    line_id = next(iter(view["lines"]))
    before = dict(view["lines"][line_id])
    patched = Carrier(view, {("lines", line_id): {"status": "Closed"}})
    line = patched.line(line_id)
    assert line is not None
    assert line["status"] == "Closed"
    assert view["lines"][line_id] == before
