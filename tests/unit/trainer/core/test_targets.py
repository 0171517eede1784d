"""Laws of targets: each loss token is learned once, after everything that was said before it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seawright_trainer.core.sequences import WeightedSequence
from seawright_trainer.core.targets import split_targets


def sequence(mask: list[bool]) -> WeightedSequence:
    return WeightedSequence(
        token_ids=np.arange(len(mask), dtype=np.uint32),
        loss_mask=np.array(mask, np.bool_),
        behaviour=np.zeros(len(mask), np.float32),
    )


def test_each_turn_ends_a_sequence_of_its_own():
    whole = sequence([False, True, True, False, True])
    first, second = split_targets(whole, "turns")
    assert first.token_ids.tolist() == [0, 1, 2]
    assert first.loss_mask.tolist() == [False, True, True]
    assert second.token_ids.tolist() == [0, 1, 2, 3, 4]
    assert second.loss_mask.tolist() == [False] * 4 + [True]
    assert split_targets(whole, "dialogue") == [whole]


@given(mask=st.lists(st.booleans(), min_size=1, max_size=40))
def test_every_loss_token_is_in_one_turn_with_its_whole_context(mask: list[bool]):
    parts = split_targets(sequence(mask), "turns")
    learned = [int(place) for part in parts for place in np.flatnonzero(part.loss_mask)]
    assert learned == [int(place) for place in np.flatnonzero(mask)]
    for part in parts:
        assert part.token_ids.tolist() == list(range(len(part.token_ids)))
        assert part.loss_mask[-1]
