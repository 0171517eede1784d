from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.core.contexts import Context, empty_trace, extended, read_context
from seawright_policy.core.turns import SampledTurn
from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.traces import TokenTrace, decode_trace, encode_trace

TURN = SampledTurn(token_ids=[5, 6], logprobs=[-0.5, -1.5], versions=[3, 3], finish="stop")


def context(**changes: Any) -> Context:
    trace = extended(empty_trace("tiny", 0.7), [1, 2, 3], TURN, 0.7)
    fields: dict[str, Any] = {
        "opening": 2,
        "cached": 4,
        "num_calls": 1,
        "is_ended": True,
        **changes,
    }
    return Context(trace=trace, **fields)


def test_a_trace_marks_what_was_sampled_with_its_log_prob_and_version():
    trace = decode_trace(context().encoded())
    assert trace.token_ids.tolist() == [1, 2, 3, 5, 6]
    assert trace.loss_mask.tolist() == [False, False, False, True, True]
    assert trace.versions.tolist() == [-1, -1, -1, 3, 3]
    assert trace.logprobs.tolist() == [0, 0, 0, -0.5, -1.5]
    assert (trace.model, trace.temperature) == ("tiny", pytest.approx(0.7))


def test_a_context_survives_the_journey():
    before = context()
    after = read_context(before.encoded(), model="tiny", num_tokens=10)
    assert (after.opening, after.cached, after.num_calls, after.is_ended) == (2, 4, 1, True)
    assert (after.trace.token_ids == before.trace.token_ids).all()


@settings(deadline=None)
@given(blob=st.binary(max_size=200))
def test_foreign_bytes_are_refused(blob):
    with pytest.raises(InvalidRequestError):
        read_context(blob, model="tiny", num_tokens=10)


@pytest.mark.parametrize(
    "changes",
    [{"opening": 0}, {"opening": 5}, {"cached": 6}, {"cached": 1}, {"num_calls": -1}],
)
def test_notes_that_contradict_the_trace_are_refused(changes):
    with pytest.raises(InvalidRequestError, match="contradict"):
        read_context(context(**changes).encoded(), model="tiny", num_tokens=10)


@pytest.mark.parametrize("state", [{}, {"opening": "2"}, {"opening": 2, "cached": 4}])
def test_a_trace_without_notes_cannot_be_extended(state):
    trace = context().trace
    bare = TokenTrace(
        token_ids=trace.token_ids,
        logprobs=trace.logprobs,
        loss_mask=trace.loss_mask,
        versions=trace.versions,
        model="tiny",
        state=state,
    )
    with pytest.raises(InvalidRequestError, match="notes"):
        read_context(encode_trace(bare), model="tiny", num_tokens=10)


def test_ids_outside_the_vocabulary_and_other_models_are_refused():
    with pytest.raises(InvalidRequestError, match="vocabulary"):
        read_context(context().encoded(), model="tiny", num_tokens=6)
    with pytest.raises(InvalidRequestError, match="belongs to"):
        read_context(context().encoded(), model="other", num_tokens=10)
    empty = Context(
        trace=empty_trace("tiny", 1.0), opening=0, cached=0, num_calls=0, is_ended=False
    )
    with pytest.raises(InvalidRequestError):
        read_context(empty.encoded(), model="tiny", num_tokens=10)


def test_a_turn_without_samples_appends_only_what_was_heard():
    trace = extended(empty_trace("tiny", 1.0), [4], None, 1.0)
    assert trace.token_ids.tolist() == [4]
    assert not trace.loss_mask.any()
    assert trace.token_ids.dtype == np.uint32


@pytest.mark.parametrize("session", ["a\r\nx-other: b", "\u2028", "s" * 129])
def test_a_session_that_no_header_can_carry_is_refused(session):
    with pytest.raises(InvalidRequestError, match="session"):
        read_context(context(session=session).encoded(), model="tiny", num_tokens=10)
