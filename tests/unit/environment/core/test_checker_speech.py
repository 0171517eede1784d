"""What counts as a yes to a write: the proposal before it named every detail."""

import math

import pytest
from pydantic import JsonValue

from seawright_environment.core.checker_speech import is_confirmed
from seawright_environment.core.replay import CallRecord
from seawright_shared.records.messages import Message


def confirmed(proposal: str, **arguments: JsonValue) -> bool:
    messages = [
        Message(role="assistant", content=proposal),
        Message(role="user", content="Yes."),
    ]
    call = CallRecord(
        requestor="assistant", name="write", arguments=arguments, ok=True, turn=2, content=""
    )
    return is_confirmed(call, messages, [2])


@pytest.mark.parametrize(
    ("proposal", "is_right"),
    [
        ("I will send you a certificate of $150. Shall I proceed?", True),
        ("I will send you 150.00 dollars. Shall I proceed?", True),
        ("I will send you a certificate of $15. Shall I proceed?", False),
        ("I will send you a certificate. Shall I proceed?", False),
    ],
)
def test_an_amount_of_money_must_be_named(proposal: str, is_right: bool):
    assert confirmed(proposal, user_id="a_b_1", amount=150) is is_right
    assert confirmed(proposal, payments=[{"amount": 150}]) is is_right


def test_every_amount_of_several_must_be_named():
    payments: JsonValue = [{"amount": 150}, {"amount": 20}]
    assert confirmed("You pay $150 and $20. Shall I proceed?", payments=payments)
    assert not confirmed("You pay $170. Shall I proceed?", payments=payments)


@pytest.mark.parametrize("amount", [math.inf, math.nan, 1e308, -1e300])
def test_an_amount_that_nobody_can_name_is_never_confirmed(amount: float):
    assert not confirmed("I will send you $1. Shall I proceed?", amount=amount)


def test_an_id_without_any_digit_must_be_named():
    assert confirmed("I will cancel reservation DEJJXF. Shall I proceed?", id="DEJJXF")
    assert not confirmed("I will cancel it. Shall I proceed?", id="DEJJXF")


def test_words_need_not_be_named():
    named = confirmed("Shall I proceed?", cabin="basic_economy", insurance="yes", origin="OMA")
    assert named
