"""The calculator computes what Python computes, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.calculator import CHARACTERS, calculate

SUMS = st.recursive(
    st.integers(0, 999).map(str) | st.floats(0, 99).map(lambda number: f"{number:.2f}"),
    lambda inner: st.builds(
        lambda left, sign, right: f"({left} {sign} {right})", inner, st.sampled_from("+-*/"), inner
    ),
    max_leaves=8,
)


@given(SUMS)
def test_sums_come_out_as_python_says(text: str):
    try:
        expected = str(round(float(eval(text)), 2))
    except ZeroDivisionError as error:
        with pytest.raises(ZeroDivisionError, match=str(error)):
            calculate(text)
    else:
        assert calculate(text) == expected


@given(st.text(alphabet=CHARACTERS, max_size=30))
def test_any_text_of_the_allowed_characters_ends_in_a_number_or_a_named_refusal(text: str):
    try:
        float(calculate(text))
    except (SyntaxError, ZeroDivisionError, TypeError, ValueError, OverflowError):
        return


@pytest.mark.parametrize("text", ["9**9**9", "2**99999", "((9**999)**999)**9"])
def test_a_power_that_would_not_end_is_refused(text: str):
    with pytest.raises(ValueError, match="too large"):
        calculate(text)


@pytest.mark.parametrize("text", ["__import__", "1;2", "a", "1e9", "1,2"])
def test_other_characters_are_refused(text: str):
    with pytest.raises(ValueError, match="Invalid characters in expression"):
        calculate(text)
