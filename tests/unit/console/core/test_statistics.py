from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_console.core.statistics import bootstrap, mean, paired_difference, pass_hat

trials = st.integers(1, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(trials, st.integers(1, 8))
def test_pass_hat_is_the_share_of_k_subsets_that_are_all_successes(found, k: int):
    successes, total = found
    if k > total:
        assert pass_hat(found, k) is None
    else:
        assert pass_hat(found, k) == comb(successes, k) / comb(total, k)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=4), trials, min_size=1, max_size=12))
def test_an_agent_is_not_better_than_itself(tasks):
    found = paired_difference(tasks, tasks, num_samples=50)
    assert found.interval.value == found.interval.low == found.interval.high == 0.0
    assert not found.is_gain


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 99))
def test_the_interval_of_a_mean_stays_within_the_values(values: list[float], seed: int):
    found = bootstrap(values, mean, num_samples=50, seed=seed)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == bootstrap(values, mean, num_samples=50, seed=seed)


def test_only_tasks_that_both_played_are_compared():
    better = {"a": (4, 4), "b": (4, 4), "only here": (4, 4)}
    worse = {"a": (0, 4), "b": (2, 4), "only there": (0, 4)}
    found = paired_difference(better, worse, num_samples=500)
    assert found.num_tasks == 2
    assert found.interval.value == pytest.approx(0.75)
    assert found.is_gain


def test_a_difference_of_no_common_tasks_is_no_gain():
    found = paired_difference({"a": (1, 1)}, {"b": (0, 1)})
    assert found.num_tasks == 0
    assert not found.is_gain


def test_a_gain_needs_the_whole_interval_above_zero():
    noisy = {str(n): ((4, 4) if n % 2 else (0, 4)) for n in range(20)}
    other = {str(n): ((0, 4) if n % 2 else (4, 4)) for n in range(20)}
    assert not paired_difference(noisy, other).is_gain
