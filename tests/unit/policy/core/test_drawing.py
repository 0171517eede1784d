import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.core.drawing import draw, nucleus, uniforms


def test_draws_follow_the_distribution():
    logits = torch.log(torch.tensor([[0.1, 0.6, 0.0, 0.3]]))
    chances = (np.arange(1000) + 0.5) / 1000
    drawn = [draw(logits, [1.0], [1.0], [chance]).token_ids[0] for chance in chances]
    assert [drawn.count(one) for one in range(4)] == [100, 600, 0, 300]


def test_the_log_prob_is_that_of_the_whole_distribution_at_the_temperature():
    logits = torch.tensor([[1.0, 2.0, 4.0]])
    drawn = draw(logits, [2.0], [0.5], [0.999])
    assert drawn.token_ids == [2]
    expected = 2.0 - math.log(math.exp(0.5) + math.exp(1.0) + math.exp(2.0))
    assert drawn.logprobs[0] == pytest.approx(expected, abs=1e-6)


def test_temperature_zero_takes_the_most_likely_and_says_its_plain_log_prob():
    logits = torch.tensor([[1.0, 3.0, 2.0]])
    drawn = draw(logits, [0.0], [1.0], [0.0])
    assert drawn.token_ids == [1]
    assert drawn.logprobs[0] == pytest.approx(torch.log_softmax(logits, -1)[0, 1].item())


def test_top_p_keeps_the_smallest_set_that_reaches_it():
    weights = torch.tensor([[0.5, 0.3, 0.15, 0.05], [0.5, 0.3, 0.15, 0.05]])
    kept = nucleus(weights, [0.7, 1.0])
    assert kept.tolist() == [
        pytest.approx([0.5, 0.3, 0.0, 0.0]),
        pytest.approx(weights[1].tolist()),
    ]


@settings(deadline=None)
@given(chance=st.floats(0, 1, exclude_max=True), top_p=st.floats(0.01, 1))
def test_what_top_p_cuts_is_never_drawn(chance, top_p):
    logits = torch.linspace(-3, 3, 9)[None]
    token_id = draw(logits, [1.0], [top_p], [chance]).token_ids[0]
    assert nucleus(torch.softmax(logits, -1), [top_p])[0, token_id] > 0


def test_a_turn_draws_the_same_alone_and_in_company():
    logits = torch.randn(5, 40, generator=torch.Generator().manual_seed(1))
    chances = [0.1, 0.9, 0.5, 0.2, 0.7]
    together = draw(logits, [1.0] * 5, [0.9] * 5, chances).token_ids
    alone = [draw(logits[at : at + 1], [1.0], [0.9], [chances[at]]).token_ids[0] for at in range(5)]
    assert together == alone


@settings(deadline=None)
@given(seed=st.integers(-(2**63), 2**63), context=st.lists(st.integers(0, 2**32 - 1), max_size=8))
def test_random_numbers_are_a_function_of_seed_and_context(seed, context):
    first = uniforms(seed, context, 4)
    assert (first == uniforms(seed, context, 4)).all()
    assert (first != uniforms(seed + 1, context, 4)).any()
    assert (first != uniforms(seed, [*context, 1], 4)).any()
