"""Laws of learning rates and epochs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.specs import OptimizerSpec
from seawright_trainer.core.epochs import step_indices
from seawright_trainer.core.schedules import learning_rate


def test_the_rate_rises_linearly_and_then_stays():
    spec = OptimizerSpec(learning_rate=1.0, num_warmup_steps=4)
    rates = [learning_rate(spec, step=step, num_steps=8) for step in range(1, 9)]
    assert rates == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_a_cosine_falls_to_zero_at_the_last_step():
    spec = OptimizerSpec(learning_rate=1.0, schedule="cosine")
    rates = [learning_rate(spec, step=step, num_steps=8) for step in range(1, 9)]
    assert rates == sorted(rates, reverse=True)
    assert rates[3] == pytest.approx(0.5)
    assert rates[-1] == pytest.approx(0.0)


@given(num_items=st.integers(1, 20), per_step=st.integers(1, 30), seed=st.integers(0, 3))
def test_epochs_use_every_item_once_before_any_twice(num_items: int, per_step: int, seed: int):
    drawn: list[int] = []
    for step in range(1, 6):
        drawn += step_indices(num_items=num_items, per_step=per_step, step=step, seed=seed)
    for start in range(0, len(drawn) - num_items + 1, num_items):
        assert sorted(drawn[start : start + num_items]) == list(range(num_items))


def test_a_step_is_the_same_however_the_run_came_to_it():
    again = [step_indices(num_items=7, per_step=3, step=5, seed=1) for _ in range(2)]
    assert again[0] == again[1]
    assert again[0] != step_indices(num_items=7, per_step=3, step=5, seed=2)
