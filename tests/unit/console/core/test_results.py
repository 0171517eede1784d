"""What a results file says of itself, and pass^k as tau2-bench counts it."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_console.core.results import Results, batches, pass_hats, used_tasks
from seawright_shared.records.gradings import Tau2Grading

REWARD = st.sampled_from([1.0, 0.0, 1.0 - 5e-7, 1.0 - 5e-6, None])
ENDED = st.sampled_from([True, True, True, False])


def grading(task_id: str, reward: float | None, is_counted: bool = True) -> Tau2Grading:
    return Tau2Grading(
        run_id="r",
        task_id=task_id,
        termination_reason="user_stop",
        reward=reward,
        is_counted=is_counted,
    )


@given(st.lists(st.builds(grading, st.sampled_from("ab"), REWARD, ENDED), max_size=9))
def test_pass_hat_is_the_mean_over_tasks_of_the_share_of_subsets_that_all_succeed(
    gradings: list[Tau2Grading],
):
    trials: dict[str, list[bool]] = {}
    for each in gradings:
        if each.is_counted:
            won = each.reward is not None and abs(each.reward - 1.0) <= 1e-6
            trials.setdefault(each.task_id, []).append(won)
    num_k = min((len(found) for found in trials.values()), default=0)
    found = pass_hats(gradings)
    assert sorted(found) == list(range(1, num_k + 1))
    for k, value in found.items():
        shares = [
            Fraction(sum(map(all, combinations(each, k))), len(list(combinations(each, k))))
            for each in trials.values()
        ]
        assert value == pytest.approx(float(sum(shares) / len(shares)))


def test_infrastructure_errors_are_dropped_and_other_ends_are_failures():
    gradings = [
        grading("a", 1.0),
        grading("a", 0.0, is_counted=False),
        grading("b", 0.0),
        grading("c", None, is_counted=False),
    ]
    assert pass_hats(gradings) == {1: 0.5}


def results(**info: Any) -> Results:
    return Results(header={"info": info}, tasks=[{"id": "1"}, {"id": "2"}], simulations=[])


def test_a_file_tells_its_domain_and_players():
    found = results(
        environment_info={"domain_name": "telecom"},
        agent_info={"implementation": "llm_agent_solo", "llm": "big"},
        user_info={"implementation": "dummy_user", "llm": None},
    )
    assert (found.domain, found.is_solo) == ("telecom", True)
    assert (found.agent.model, found.user.kind, found.user.model) == ("big", "model", None)
    bare = results()
    assert (bare.domain, bare.is_solo, bare.agent.model) == (None, False, "unknown")


def test_only_tasks_that_were_played_are_sent():
    assert used_tasks(results().tasks, [{"task_id": "2"}]) == [{"id": "2"}]


@given(st.lists(st.integers(), max_size=12), st.integers(1, 5))
def test_batches_hold_everything_in_order(items: list[int], size: int):
    found = list(batches(items, size))
    assert [each for batch in found for each in batch] == items
    assert all(0 < len(batch) <= size for batch in found)
