"""Laws of the dialogues of a step: a pure function of seed and step, epoch after epoch."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.records.specs import MixSpec
from seawright_trainer.core.epochs import mixed_indices, step_indices

DOMAINS = ["retail"] * 10 + ["airline"] * 3 + ["telecom"] * 5


def drawn(mix: MixSpec, num_steps: int, per_step: int = 8, seed: int = 1) -> list[list[int]]:
    return [
        mixed_indices(DOMAINS, mix, per_step=per_step, step=step, seed=seed)
        for step in range(1, num_steps + 1)
    ]


@given(num_items=st.integers(1, 20), per_step=st.integers(1, 9), seed=st.integers(0, 9))
def test_every_dialogue_is_drawn_once_an_epoch(num_items: int, per_step: int, seed: int):
    steps = range(1, num_items + 1)
    places = [
        index
        for step in steps
        for index in step_indices(num_items=num_items, per_step=per_step, step=step, seed=seed)
    ]
    epochs = [places[start : start + num_items] for start in range(0, len(places), num_items)]
    assert all(sorted(epoch) == list(range(num_items)) for epoch in epochs)


def test_a_mixed_step_has_each_domain_by_its_weight():
    for indices in drawn(MixSpec(weights={"retail": 2, "airline": 1, "telecom": 1}), 20):
        assert Counter(DOMAINS[i] for i in indices) == {"retail": 4, "airline": 2, "telecom": 2}


def test_a_separate_step_has_one_domain_and_steps_have_them_by_weight():
    steps = drawn(MixSpec(weights={"retail": 3, "airline": 1}, steps="separate"), 40)
    assert all(len({DOMAINS[i] for i in indices}) == 1 for indices in steps)
    assert Counter(DOMAINS[indices[0]] for indices in steps) == {"retail": 30, "airline": 10}


@pytest.mark.parametrize("steps", ["mixed", "separate"])
def test_a_domain_repeats_nothing_before_all_of_it_was_drawn(steps: str):
    mix = MixSpec.model_validate({"weights": {"retail": 1, "airline": 5}, "steps": steps})
    indices = [i for step in drawn(mix, 30) for i in step if DOMAINS[i] == "airline"]
    epochs = [indices[start : start + 3] for start in range(0, len(indices) - 2, 3)]
    assert all(len(set(epoch)) == 3 for epoch in epochs)
    assert len(set(map(tuple, epochs))) > 1, "each epoch has an order of its own"


def test_domains_that_are_not_named_are_left_out():
    indices = [i for step in drawn(MixSpec(weights={"telecom": 1}), 5) for i in step]
    assert {DOMAINS[i] for i in indices} == {"telecom"}


def test_another_seed_draws_in_another_order():
    mix = MixSpec(weights={"retail": 1})
    assert drawn(mix, 3, seed=1) == drawn(mix, 3, seed=1) != drawn(mix, 3, seed=2)
