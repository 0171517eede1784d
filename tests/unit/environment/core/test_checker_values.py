import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.checker_values import alike, cents, equal, fits_any


@pytest.mark.parametrize(
    ("found", "wanted", "compare", "ok"),
    [
        (1, 1.0, "exact", True),
        (True, 1, "exact", False),
        (0.1 + 0.2, 0.3, "exact", True),
        ([{"a": 0.1 + 0.2}], [{"a": 0.3}], "exact", True),
        ("a", "A", "exact", False),
        (10.004, 10.0, "money", True),
        (10.01, 10.0, "money", False),
        (None, 0, "money", False),
        ("10", 10, "money", False),
        (["b", "a"], ["a", "b"], "unordered", True),
        (["b", "a", "a"], ["a", "b"], "unordered", False),
        ("x", ["x"], "unordered", False),
        (" Main  Street", "main street", "text", True),
        ("Main", "Mains", "text", False),
    ],
)
def test_values_are_compared_in_the_sense_asked_for(
    found: JsonValue, wanted: JsonValue, compare: str, ok: bool
):
    assert equal(found, wanted, compare) is ok  # pyright: ignore[reportArgumentType]


@given(amount=st.floats(-1e6, 1e6))
def test_cents_are_the_nearest_ones(amount: float):
    whole = cents(amount)
    assert whole is not None
    assert abs(whole - amount * 100) <= 0.5 + 1e-6


def test_what_is_no_amount_has_no_cents():
    assert [cents(value) for value in (True, None, "1", math.inf, math.nan)] == [None] * 5


@given(value=st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x, max_size=3)))
def test_every_value_is_like_itself(value: JsonValue):
    assert alike(value, value)


def test_globs_know_no_special_character_but_the_star():
    assert fits_any("orders/#W1/status", ["orders/#W1/*"])
    assert fits_any("a[b]?c", ["a[b]?c"])
    assert fits_any("a[b]?cd", ["a[b]?c*"])
    assert not fits_any("aXc", ["a?c"])
    assert not fits_any("orders/#W12/status", ["orders/#W1/*"])
