"""Laws of what a spec is refused for before anything starts."""

import pytest

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.core.training_runs import (
    refuse_across_nodes,
    refuse_undivided,
    spec_hash,
)


def divided(expert_parallel: int) -> TrainingSpec:
    return TrainingSpec(
        kind="grpo",
        model=ModelSpec(uri="x", name="m"),
        dataset_id="d",
        num_steps=1,
        expert_parallel=expert_parallel,
    )


@pytest.mark.parametrize(
    ("num_experts", "expert_parallel", "code"),
    [(0, 2, "unsupported"), (128, 3, "no_divisor"), (4, 8, "no_divisor")],
)
def test_experts_that_cannot_be_divided_are_refused_by_field(
    num_experts: int, expert_parallel: int, code: str
):
    with pytest.raises(InvalidRequestError) as refused:
        refuse_undivided(divided(expert_parallel), num_experts)
    found = [(fault.pointer, fault.code) for fault in refused.value.errors]
    assert found == [("/expert_parallel", code)]


def test_experts_that_can_be_divided_and_dense_models_are_accepted():
    refuse_undivided(divided(8), 128)
    refuse_undivided(divided(1), 0)
    refuse_across_nodes(divided(4), 8)


def test_ranks_that_divide_experts_are_in_one_node():
    with pytest.raises(InvalidRequestError) as refused:
        refuse_across_nodes(divided(8), 4)
    assert [fault.pointer for fault in refused.value.errors] == ["/expert_parallel"]


def test_a_checkpoint_may_be_loaded_with_experts_divided_otherwise():
    assert spec_hash(divided(1)) == spec_hash(divided(8))
