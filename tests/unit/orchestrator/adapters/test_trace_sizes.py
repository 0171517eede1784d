"""Laws of traces on their way to training (edge case 6 of the trainer): nothing is re-tokenized."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.adapters.trace_sizes import measure, require_extension
from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.traces import CLOSED_SAMPLES, TokenTrace, encode_trace

IDS = st.lists(st.integers(0, 5), max_size=8)


def context(
    ids: list[int], logprob: float = -1.0, version: int = 2, closed: Sequence[bytes] = ()
) -> bytes:
    num = len(ids)
    return encode_trace(
        TokenTrace(
            token_ids=np.array(ids, np.uint32),
            logprobs=np.full(num, logprob, np.float32),
            loss_mask=np.ones(num, np.bool_),
            versions=np.full(num, version, np.int32),
            state={CLOSED_SAMPLES: list(closed)} if closed else {},
        )
    )


@given(before=IDS, added=IDS)
def test_a_context_that_grew_is_taken(before: list[int], added: list[int]):
    require_extension(context(before), context(before + added))
    require_extension(None, context(added))


@given(before=IDS, after=IDS)
def test_a_context_is_refused_exactly_where_it_does_not_start_with_what_was_sent(
    before: list[int], after: list[int]
):
    if after[: len(before)] == before:
        require_extension(context(before), context(after))
    else:
        with pytest.raises(UnavailableError, match="does not extend"):
            require_extension(context(before), context(after))


def test_the_first_token_that_differs_is_named():
    with pytest.raises(UnavailableError, match="from token 2 of 4 on"):
        require_extension(context([1, 2, 3, 4]), context([1, 2, 9, 4, 5]))


@pytest.mark.parametrize(("logprob", "version"), [(float("nan"), 1), (0.5, 1), (-1.0, -1)])
def test_sampled_tokens_without_log_prob_or_version_are_refused(logprob: float, version: int):
    with pytest.raises(InvalidRequestError):
        measure(context([1, 2], logprob, version))


def test_the_size_says_which_versions_sampled_it():
    size = measure(context([1, 2, 3]))
    assert (size.num_tokens, size.num_loss_tokens) == (3, 3)
    assert (size.min_version, size.max_version) == (2, 2)


def test_a_new_sample_is_taken_where_the_one_before_was_closed_as_it_was():
    before = context([1, 2, 3])
    anew = context([1, 3, 4], closed=[before], version=5)
    require_extension(before, anew)
    require_extension(anew, context([1, 3, 4, 5], closed=[before]))
    for wrong in (
        context([1, 3, 4], closed=[context([1, 2, 4])]),
        context([1, 3, 4], closed=[context([1, 2, 3, 4])]),
    ):
        with pytest.raises(UnavailableError):
            require_extension(before, wrong)
    with pytest.raises(UnavailableError, match="lost"):
        require_extension(anew, context([1, 3, 4, 5]))
    size = measure(anew)
    assert (size.num_tokens, size.num_loss_tokens) == (3, 6)
    assert (size.min_version, size.max_version) == (2, 5)
