import pytest

from seawright_orchestrator.core.synthesis.yields import (
    balanced_weights,
    mixed_yield,
    yield_change,
)
from tests.unit.orchestrator.core.synthesis.builders import outcome

MIX = {"cancel": 0.5, "return": 0.5}


def outcomes(goal: str, num_good: int, num_bad: int, iteration: int = 0):
    good = [outcome(iteration, goal) for _ in range(num_good)]
    return [*good, *(outcome(iteration, goal, accepted=False) for _ in range(num_bad))]


def test_a_shift_to_a_hard_goal_is_no_loss_at_a_fixed_mix():
    before = [*outcomes("cancel", 40, 10), *outcomes("return", 5, 45)]
    after = [*outcomes("cancel", 8, 2), *outcomes("return", 9, 81)]
    change = yield_change(before, after, MIX)
    assert change.before.value == pytest.approx(change.after.value)
    assert not change.is_worse


def test_a_fall_beyond_noise_is_worse_and_a_small_one_is_not():
    before = outcomes("cancel", 80, 20)
    assert yield_change(before, outcomes("cancel", 40, 60), MIX).is_worse
    assert not yield_change(before, outcomes("cancel", 75, 25), MIX).is_worse


def test_few_candidates_prove_nothing():
    assert not yield_change(outcomes("cancel", 3, 0), outcomes("cancel", 2, 1), MIX).is_worse


def test_probes_do_not_count():
    probe = outcome(goal="cancel", accepted=False, probe="r1")
    assert mixed_yield([*outcomes("cancel", 5, 0), probe], MIX).value == 1.0


def test_goals_that_only_one_side_tried_are_left_out():
    before = outcomes("cancel", 10, 0)
    after = [*outcomes("cancel", 10, 0), *outcomes("return", 0, 50)]
    assert yield_change(before, after, MIX).after.value == 1.0


def test_hard_goals_get_more_weight_within_bounds():
    seen = [*outcomes("cancel", 90, 10), *outcomes("return", 1, 99)]
    weights = balanced_weights(seen, MIX, {})
    assert weights["return"] > weights["cancel"]
    assert weights["return"] / weights["cancel"] <= 4.01
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-3)


def test_what_was_accepted_too_often_so_far_is_drawn_less_even_at_equal_yields():
    """The yields of the last iteration alone would keep the imbalance of all before it."""
    seen = [*outcomes("cancel", 50, 50), *outcomes("return", 50, 50)]
    even = balanced_weights(seen, MIX, {"cancel": 100, "return": 100})
    assert even == {"cancel": 0.5, "return": 0.5}
    uneven = balanced_weights(seen, MIX, {"cancel": 120, "return": 80})
    assert uneven["return"] > 0.6
    assert uneven["return"] / uneven["cancel"] <= 4.01


def test_a_goal_without_a_share_gets_none():
    mix = {"cancel": 1.0, "return": 0.0}
    assert balanced_weights(outcomes("cancel", 5, 5), mix, {"return": 3})["return"] == 0.0
