"""Laws of the ingest check: what is let through can be trained on, whatever an engine says."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_policy.core.engine_replies import EngineReply, OldWeightsError, Span, checked
from seawright_policy.core.turns import SampledTurn, TurnOrder
from seawright_shared.errors import UnavailableError
from seawright_shared.records.trajectories import Sampling

END, SIZE, LENGTH = 7, 20, 12
LABELS = {"a": 1, "b": 2}
ORDER = TurnOrder(
    model="m",
    version=1,
    token_ids=[1, 2, 3],
    cuts=[],
    sampling=Sampling(max_tokens=6),
    end_id=END,
    num_tokens=SIZE,
)
IDS = st.lists(st.integers(-1, SIZE), max_size=8)
LOGPROBS = st.lists(
    st.one_of(st.floats(-20, 0.5), st.sampled_from([math.nan, math.inf, -math.inf, -9999.0])),
    max_size=8,
)
SPANS = st.lists(
    st.builds(
        Span,
        label=st.sampled_from(["a", "b", "x"]),
        start=st.integers(0, 6),
        end=st.integers(0, 8),
    ),
    max_size=3,
)
FINISHES = st.sampled_from(["stop", "length", "abort", None])


@st.composite
def plausible(draw):
    """Return a right reply, or one with a single part drawn anew."""
    ids = draw(st.lists(st.integers(8, SIZE - 1), min_size=1, max_size=5))
    is_ended = draw(st.booleans())
    ids = [*ids, END] if is_ended else ids
    cut = draw(st.integers(0, len(ids)))
    parts: dict[str, Any] = {
        "token_ids": ids,
        "logprob_ids": ids,
        "logprobs": draw(
            st.lists(st.floats(-20, 0), min_size=len(ids), max_size=len(ids)),
        ),
        "finish": "stop" if is_ended else "length",
        "spans": [Span(label="a", start=0, end=cut), Span(label="b", start=cut, end=len(ids))],
    }
    spoilt = draw(st.sampled_from([None, *parts]))
    others = {
        "token_ids": IDS,
        "logprob_ids": IDS,
        "logprobs": LOGPROBS,
        "finish": FINISHES,
        "spans": SPANS,
    }
    if spoilt is not None:
        parts[spoilt] = draw(others[spoilt])
    return EngineReply(**parts), spoilt is None


def is_sound(turn: SampledTurn) -> bool:
    size = len(turn.token_ids)
    return (
        0 < size <= ORDER.sampling.max_tokens
        and len(turn.logprobs) == len(turn.versions) == size
        and all(0 <= one < SIZE for one in turn.token_ids)
        and END not in turn.token_ids[:-1]
        and all(math.isfinite(one) and one <= 0 for one in turn.logprobs)
        and set(turn.versions) <= {1, 2}
        and (turn.finish == "stop" or turn.token_ids[-1] != END)
    )


@given(reply=plausible())
def test_what_is_let_through_is_sound_and_what_is_right_is_let_through(reply):
    told, is_right = reply
    try:
        turn = checked(ORDER, told, LENGTH, LABELS)
    except UnavailableError:
        assert not is_right
        return
    assert is_sound(turn)
    assert turn.token_ids == list(told.token_ids)


def reply(**changes: Any) -> EngineReply:
    parts: dict[str, Any] = {
        "token_ids": [8, 9],
        "logprob_ids": [8, 9],
        "logprobs": [-1.0, 5e-4],
        "finish": "length",
        "spans": [Span(label="a", start=0, end=2)],
    }
    return EngineReply(**{**parts, **changes})


def test_rounding_above_zero_is_taken_as_zero():
    assert checked(ORDER, reply(), LENGTH, LABELS).logprobs == [-1.0, 0.0]


def test_a_turn_at_the_contexts_end_is_told_apart_from_one_at_its_length():
    assert checked(ORDER, reply(), LENGTH, LABELS).finish == "length"
    assert checked(ORDER, reply(), 5, LABELS).finish == "context_full"


def test_weights_that_nobody_published_are_a_fault_of_their_own():
    with pytest.raises(OldWeightsError, match="'default'"):
        checked(ORDER, reply(spans=[Span(label="default", start=0, end=2)]), LENGTH, LABELS)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [Span(label="a", start=0, end=1)],
        [Span(label="a", start=1, end=2)],
        [Span(label="a", start=0, end=3)],
        [Span(label="a", start=0, end=2), Span(label="b", start=1, end=2)],
    ],
)
def test_every_token_has_exactly_one_version(spans):
    with pytest.raises(UnavailableError, match="weight versions"):
        checked(ORDER, reply(spans=spans), LENGTH, LABELS)
