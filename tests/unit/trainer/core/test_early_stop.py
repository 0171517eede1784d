"""Laws of stopping by pass^1: when it is measured, what is best, when no more is hoped for."""

from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.contracts.trainer import StepEvaluation
from seawright_shared.records.specs import EarlyStopSpec, ModelSpec, TrainingSpec
from seawright_trainer.core.attempts import is_publish_due
from seawright_trainer.core.early_stop import (
    best_of,
    has_stopped,
    is_evaluation_due,
    is_finished,
    last_due,
    must_know,
)


def stop(**fields: float) -> EarlyStopSpec:
    return EarlyStopSpec.model_validate({"dataset_id": "ds", "every": 5, **fields})


def spec(early_stop: EarlyStopSpec | None, num_steps: int = 12) -> TrainingSpec:
    return TrainingSpec(
        kind="sft",
        model=ModelSpec(uri="/b", name="m"),
        dataset_id="ds",
        num_steps=num_steps,
        early_stop=early_stop,
    )


def measured(*values: float | None) -> list[StepEvaluation]:
    return [
        StepEvaluation(step=5 * place, evaluation_run_id=f"e{place}", pass_1=value)
        for place, value in enumerate(values, 1)
    ]


def test_every_fifth_step_and_the_last_are_evaluated_and_served():
    run = spec(stop())
    assert [step for step in range(13) if is_evaluation_due(run, step)] == [5, 10, 12]
    assert [step for step in range(1, 13) if is_publish_due(run, step, is_applied=True)] == [
        5,
        10,
        12,
    ]
    assert [last_due(run, step) for step in (0, 4, 5, 9, 11, 12)] == [None, None, 5, 5, 10, 12]


def test_training_goes_on_beside_an_evaluation_until_the_next_one_is_near():
    run = spec(stop())
    assert [step for step in range(13) if must_know(run, step)] == [4, 9, 11, 12]


def test_without_early_stop_nothing_is_evaluated_and_only_the_last_weights_are_served():
    run = spec(None)
    assert not any(is_evaluation_due(run, step) for step in range(13))
    assert [step for step in range(1, 13) if is_publish_due(run, step, is_applied=False)] == [12]
    assert [is_finished(run, step, []) for step in (11, 12)] == [False, True]


def test_weights_that_a_step_left_as_they_were_are_not_served_to_rollouts():
    run = spec(None).model_copy(update={"kind": "grpo"})
    assert not is_publish_due(run, 12, is_applied=False)
    assert is_publish_due(run, 3, is_applied=True)


def test_the_first_of_equals_is_best():
    found = best_of(measured(0.2, 0.6, 0.6, 0.5), stop())
    assert found is not None
    assert found.step == 10


def test_a_gain_under_the_least_is_none():
    assert has_stopped(measured(0.50, 0.51, 0.52, 0.53), stop(min_gain=0.05, patience=3))
    assert not has_stopped(measured(0.50, 0.51, 0.52, 0.56), stop(min_gain=0.05, patience=3))


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(1, 4))
def test_a_run_stops_when_patience_ends_and_not_before(values: list[float], patience: int):
    early = stop(patience=patience)
    best = best_of(measured(*values), early)
    if best is None:
        assert not values
        return
    assert best.pass_1 == max(values)
    num_later = len(values) - best.step // 5
    assert has_stopped(measured(*values), early) == (num_later >= patience)


def test_an_evaluation_under_way_neither_stops_a_run_nor_is_best():
    under_way = measured(0.5, 0.4, None)
    assert not has_stopped(under_way, stop(patience=2))
    found = best_of(under_way, stop())
    assert found is not None
    assert found.step == 5


def test_the_last_steps_weights_are_measured_before_the_run_ends():
    run = spec(stop(), num_steps=10)
    assert not is_finished(run, 10, measured(0.1, None))
    assert is_finished(run, 10, measured(0.1, 0.2))
