"""Laws of pass^k, pass@k and their intervals."""

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.pass_hat import bootstrap, evaluation_report, pass_at, pass_hat

TRIALS = st.integers(1, 7).flatmap(
    lambda n: st.tuples(st.lists(st.booleans(), min_size=n, max_size=n), st.integers(1, n))
)


@given(TRIALS)
def test_pass_hat_is_the_share_of_subsets_that_all_succeed(case: tuple[list[bool], int]):
    outcomes, k = case
    subsets = list(combinations(outcomes, k))
    assert pass_hat(sum(outcomes), len(outcomes), k) == pytest.approx(
        sum(all(one) for one in subsets) / len(subsets)
    )
    assert pass_at(sum(outcomes), len(outcomes), k) == pytest.approx(
        sum(any(one) for one in subsets) / len(subsets)
    )


def test_the_estimator_of_a_known_case():
    report = evaluation_report({"a": [1.0, 1.0, 0.0, 0.0], "b": [1.0] * 4}, 500, 0)
    assert report.pass_hat[1].value == pytest.approx(0.75)
    assert report.pass_hat[2].value == pytest.approx((1 / 6 + 1) / 2)
    assert report.pass_hat[4].value == pytest.approx(0.5)
    assert report.pass_at[4].value == pytest.approx(1.0)
    assert report.per_task == {"a": (2, 4), "b": (4, 4)}


def test_faults_are_counted_and_never_scored():
    report = evaluation_report(
        {"a": [1.0, None, 1.0], "b": [0.0, 0.0, 0.0], "c": [None] * 3}, 200, 0
    )
    assert report.num_excluded == 4
    assert report.num_episodes == 9
    assert report.num_tasks == 3
    assert report.per_task["a"] == (2, 2)
    assert sorted(report.pass_hat) == [1, 2]
    assert report.pass_hat[1].value == pytest.approx(0.5)


def test_an_evaluation_of_nothing_but_faults_claims_nothing():
    report = evaluation_report({"a": [None, None]}, 200, 0)
    assert report.pass_hat == {}
    assert report.num_excluded == 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(0, 99))
def test_an_interval_holds_its_mean_and_repeats_with_its_seed(values: list[float], seed: int):
    one = bootstrap(values, 200, seed)
    assert one == bootstrap(values, 200, seed)
    assert 0 <= one.low <= one.high <= 1 + 1e-9
    assert min(values) - 1e-9 <= one.value <= max(values) + 1e-9


def test_the_interval_has_the_width_that_theory_gives():
    values = [0.0, 1.0] * 50
    interval = bootstrap(values, 4000, 1)
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * 0.5 / 10, abs=0.03)


REWARDS = st.lists(st.sampled_from([1.0, 0.0, 0.5, 1.0 - 5e-7, 1.0 - 5e-6, None]), max_size=5)


@given(st.dictionaries(st.sampled_from("abc"), REWARDS, max_size=3))
def test_a_report_s_pass_hat_is_tau2_bench_s_over_the_trials_that_count(
    rewards: dict[str, list[float | None]],
):
    # tau2-bench: a success is within 1e-6 of 1, a dropped trial counts nowhere, a task without
    # trials is no task, k goes up to the least number of trials, tasks weigh alike.
    won = {
        task_id: [abs(reward - 1.0) <= 1e-6 for reward in found if reward is not None]
        for task_id, found in rewards.items()
    }
    trials = [found for found in won.values() if found]
    report = evaluation_report(rewards, 10, 0)
    assert sorted(report.pass_hat) == list(range(1, min(map(len, trials), default=0) + 1))
    for k, interval in report.pass_hat.items():
        shares = [
            Fraction(sum(map(all, combinations(found, k))), comb(len(found), k)) for found in trials
        ]
        assert interval.value == pytest.approx(float(sum(shares) / len(shares)), abs=1e-12)
