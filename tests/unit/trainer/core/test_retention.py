"""Laws of which checkpoints are kept."""

from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.retention import RetentionSpec
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.core.retention import Retention, retention_of
from seawright_trainer.core.training_runs import spec_hash

STEPS = st.sets(st.integers(1, 60), max_size=20)


def spec_of(retention: RetentionSpec) -> TrainingSpec:
    return TrainingSpec(
        kind="sft",
        model=ModelSpec(uri="/base", name="m"),
        dataset_id="ds",
        num_steps=10,
        retention=retention,
    )


@given(steps=STEPS, newest=st.integers(1, 5), every=st.none() | st.integers(1, 9), promoted=STEPS)
def test_the_newest_the_regular_and_the_promoted_are_kept_and_no_others(
    steps: set[int], newest: int, every: int | None, promoted: set[int]
):
    kept = Retention(newest=newest, every=every, promoted=frozenset(promoted)).kept(steps)
    for step in steps:
        is_new = sum(other > step for other in steps) < newest
        is_regular = every is not None and step % every == 0
        assert (step in kept) == (is_new or is_regular or step in promoted)
    assert kept <= steps


@given(steps=STEPS.filter(bool), newest=st.integers(1, 5), more=st.integers(1, 60))
def test_what_was_let_go_is_not_wanted_back_when_more_come(steps: set[int], newest: int, more: int):
    retention = Retention(newest=newest, every=7)
    later = steps | {max(steps) + more}
    assert retention.kept(later) & steps <= retention.kept(steps)


def test_a_spec_without_a_number_takes_the_deployments():
    assert retention_of(spec_of(RetentionSpec()), newest=3) == Retention(newest=3)
    wanted = RetentionSpec(newest=1, every=5)
    assert retention_of(spec_of(wanted), newest=3) == Retention(newest=1, every=5)


def test_what_is_kept_may_change_without_losing_the_checkpoints():
    assert spec_hash(spec_of(RetentionSpec())) == spec_hash(spec_of(RetentionSpec(every=2)))
