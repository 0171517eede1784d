"""A context: the trace so far and the renderer's notes, as the caller carries them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from seawright_policy.core.turns import SampledTurn
from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.traces import (
    CLOSED_SAMPLES,
    TokenTrace,
    decode_trace,
    encode_trace,
    samples_of,
)

MAX_SESSION = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A trace that can be extended.

    `opening` is the length of the system turn; `cached` is where an engine may hold its cache.
    `session` is the same for all turns of a trajectory: its turns best meet the same replica.
    `closed` are earlier samples of the trajectory, which ended where the template wrote the
    context anew: encoded traces, the oldest first.
    """

    trace: TokenTrace
    opening: int
    cached: int
    num_calls: int
    is_ended: bool
    session: str = ""
    closed: tuple[bytes, ...] = ()

    def encoded(self) -> bytes:
        """Return the opaque bytes."""
        state: dict[str, object] = {
            "opening": self.opening,
            "cached": self.cached,
            "num_calls": self.num_calls,
            "is_ended": self.is_ended,
            "session": self.session,
        }
        if self.closed:
            state[CLOSED_SAMPLES] = list(self.closed)
        return encode_trace(replace(self.trace, state=state))

    def rewritten(self, token_ids: Sequence[int]) -> "Context":
        """Return the context as a new sample that begins with these ids, none of them sampled.

        What was sampled before is closed as a sample of its own, where its loss is.
        """
        size = len(token_ids)
        trace = TokenTrace(
            token_ids=np.array(token_ids, np.uint32),
            logprobs=np.zeros(size, np.float32),
            loss_mask=np.zeros(size, np.bool_),
            versions=np.full(size, -1, np.int32),
            model=self.trace.model,
            temperature=self.trace.temperature,
        )
        return replace(
            self,
            trace=trace,
            cached=self.opening,
            closed=(*self.closed, encode_trace(replace(self.trace, state={}))),
        )


def read_context(blob: bytes, *, model: str, num_tokens: int) -> Context:
    """Return the context of bytes that came from outside, or say why they are none."""
    trace = decode_trace(blob)
    state = trace.state
    if trace.model != model:
        raise InvalidRequestError(f"the context belongs to model {trace.model!r}, not {model!r}")
    if len(trace) == 0 or int(trace.token_ids.max()) >= num_tokens:
        raise InvalidRequestError("the context holds token ids outside the vocabulary")
    opening, cached, num_calls = (state.get(key) for key in ("opening", "cached", "num_calls"))
    is_ended = state.get("is_ended")
    if (
        not isinstance(opening, int)
        or not isinstance(cached, int)
        or not isinstance(num_calls, int)
    ):
        raise InvalidRequestError("the context has no renderer notes: it cannot be extended")
    if not isinstance(is_ended, bool) or not 0 < opening <= cached <= len(trace) or num_calls < 0:
        raise InvalidRequestError("the context's renderer notes contradict its length")
    closed, session = state.get(CLOSED_SAMPLES, []), state.get("session", "")
    if not isinstance(session, str) or not isinstance(closed, list):
        raise InvalidRequestError("the context's renderer notes are of the wrong types")
    if len(session) > MAX_SESSION or not (session.isascii() and session.isprintable()):
        raise InvalidRequestError("the context's session is no name: engines hear it in a header")
    return Context(
        trace=trace,
        opening=opening,
        cached=cached,
        num_calls=num_calls,
        is_ended=is_ended,
        session=session,
        closed=tuple(encode_trace(sample) for sample in samples_of(trace)[:-1]),
    )


def empty_trace(model: str, temperature: float) -> TokenTrace:
    """Return a trace of no tokens."""
    return TokenTrace(
        token_ids=np.zeros(0, np.uint32),
        logprobs=np.zeros(0, np.float32),
        loss_mask=np.zeros(0, np.bool_),
        versions=np.zeros(0, np.int32),
        model=model,
        temperature=temperature,
    )


def extended(
    trace: TokenTrace, heard: list[int], turn: SampledTurn | None, temperature: float
) -> TokenTrace:
    """Return the trace with unsampled ids and then a sampled turn appended."""
    sampled = turn.token_ids if turn else []
    count = len(sampled)
    return TokenTrace(
        token_ids=np.concatenate([trace.token_ids, np.array([*heard, *sampled], np.uint32)]),
        logprobs=np.concatenate(
            [
                trace.logprobs,
                np.zeros(len(heard), np.float32),
                np.array(turn.logprobs if turn else [], np.float32),
            ]
        ),
        loss_mask=np.concatenate([trace.loss_mask, np.arange(len(heard) + count) >= len(heard)]),
        versions=np.concatenate(
            [
                trace.versions,
                np.full(len(heard), -1, np.int32),
                np.array(turn.versions if turn else [], np.int32),
            ]
        ),
        model=trace.model,
        temperature=temperature,
    )
