"""Laws of sequences and packed rows (edge cases 5, 8, 14 and 18)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import (
    Normalization,
    StepSequences,
    WeightedSequence,
    join,
    select,
)


def sequence(
    ids: list[int], mask: list[int], behaviour: list[float] | None = None, advantage: float = 1.0
) -> WeightedSequence:
    return WeightedSequence(
        token_ids=np.array(ids, np.uint32),
        loss_mask=np.array(mask, np.bool_),
        behaviour=np.array(behaviour or [0.0] * len(ids), np.float32),
        advantage=advantage,
    )


def test_the_first_token_of_a_segment_is_never_a_target():
    step = join([sequence([1, 2, 3], [1, 1, 1]), sequence([4, 5], [1, 1])])
    row = pack_row(step, [0, 1])
    assert row.targets_N.tolist() == [2, 3, 5]
    assert row.source_N.tolist() == [0, 1, 3], "the hidden state before, in the same segment"
    assert step.num_loss_tokens == 3
    assert row.positions_T.tolist() == [0, 1, 2, 0, 1]
    assert [(segment.start, segment.end) for segment in row.segments] == [(0, 3), (3, 5)]


def test_a_token_without_a_finite_behaviour_is_dropped_from_both_sides():
    bad = sequence([1, 2, 3, 4], [0, 1, 1, 1], [float("nan"), -1.0, float("nan"), -np.inf])
    step = join([bad])
    row = pack_row(step, [0])
    assert step.num_loss_tokens == 1
    assert row.targets_N.tolist() == [2]
    assert np.isfinite(row.behaviour_N).all()


def test_a_row_of_nothing_is_a_dummy_of_one_token():
    row = pack_row(join([sequence([1, 2], [0, 1])]), [])
    assert row.is_dummy
    assert len(row.token_ids_T) == 1


def test_each_loss_token_carries_its_own_sequences_advantage():
    step = join([sequence([1, 2], [0, 1], advantage=2.0), sequence([3, 4], [0, 1], advantage=-1)])
    assert pack_row(step, [1, 0]).advantages_N.tolist() == [-1.0, 2.0]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 31), st.booleans()), min_size=1, max_size=9),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 12),
)
def test_packing_in_any_order_keeps_every_target_with_its_context(
    drawn: list[list[tuple[int, bool]]], turn: int
):
    parts = [sequence([i for i, _ in part], [m for _, m in part]) for part in drawn]
    step = join(parts)
    order = sorted(range(len(parts)), key=lambda index: (index + turn) % 13)
    row = pack_row(step, order)
    assert len(row.targets_N) == step.num_loss_tokens
    assert (row.token_ids_T[row.source_N + 1] == row.targets_N).all()
    starts = {segment.start for segment in row.segments}
    assert not starts & {int(source) + 1 for source in row.source_N}


def test_selecting_keeps_each_sequence_whole():
    step = join([sequence([1, 2, 3], [0, 1, 1], advantage=2.0), sequence([4, 5], [0, 1])])
    chosen = select(step, [1, 0, 1])
    assert chosen.token_ids.tolist() == [4, 5, 1, 2, 3, 4, 5]
    assert chosen.advantages.tolist() == [1.0, 2.0, 1.0]
    assert chosen.num_loss_tokens == 4


def lopsided() -> StepSequences:
    """Return a short and a ten times longer rollout of equal worth, and one without loss."""
    return join(
        [
            sequence([0] * 3, [0, 1, 1], advantage=1.0),
            sequence([0] * 21, [0] + [1] * 20, advantage=-1.0),
            sequence([0, 0], [0, 0], advantage=5.0),
        ]
    )


@pytest.mark.parametrize(
    ("mode", "denominator", "objective"),
    [
        ("tokens", 22, (2 - 20) / 22),
        ("sequences", 2, (1 - 1) / 2),
        ("constant", 2 * 100, (2 - 20) / 200),
    ],
)
def test_what_a_step_is_divided_by_decides_whether_length_weighs(
    mode: Normalization, denominator: int, objective: float
):
    step = lopsided()
    assert step.denominator(mode, max_length=100) == denominator
    row = pack_row(step, [2, 1, 0], mode)
    total = float((row.weights_N * row.advantages_N).sum())
    assert total / denominator == pytest.approx(objective, abs=1e-7)


@pytest.mark.parametrize("mode", ["tokens", "sequences", "constant"])
def test_a_step_without_loss_is_divided_by_nothing(mode: Normalization):
    assert join([sequence([1, 2], [0, 0])]).denominator(mode, max_length=10) == 0


def test_loss_tokens_know_their_sequence_wherever_it_lies_in_the_row():
    row = pack_row(lopsided(), [2, 0, 1])
    assert row.sequences_N.tolist() == [0] * 2 + [1] * 20
    assert pack_row(lopsided(), []).sequences_N.tolist() == []
