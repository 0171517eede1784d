import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.synthesis.statistics import bootstrap_difference, entropy


def test_a_clear_gain_has_an_interval_above_zero():
    gain = bootstrap_difference([True] * 10 + [False] * 90, [True] * 70 + [False] * 30, seed=1)
    assert gain.value == pytest.approx(0.6)
    assert 0.4 < gain.low < gain.value < gain.high < 0.75


def test_no_gain_has_an_interval_around_zero():
    same = [True, False] * 50
    gain = bootstrap_difference(same, same, seed=1)
    assert gain.low < 0 < gain.high


@given(st.lists(st.booleans(), min_size=1), st.lists(st.booleans(), min_size=1))
def test_the_interval_is_ordered_and_possible(first: list[bool], last: list[bool]):
    gain = bootstrap_difference(first, last, seed=3, num_resamples=50)
    assert -1 <= gain.low <= gain.high <= 1


@given(st.integers(1, 64))
def test_even_counts_have_the_largest_entropy(num: int):
    even = entropy([5] * num)
    assert even == pytest.approx(entropy([1] * num))
    assert entropy([6] + [5] * num) <= entropy([5] * (num + 1)) + 1e-9
    assert entropy([7]) == 0
