"""Reads an encoded token trace for its sizes, and refuses one that must not be trained on."""

import numpy as np

from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.traces import decode_trace, samples_of

SLACK = 1e-3
"""Rounding may put the log-prob of a certain token above 0."""


def measure(encoded: bytes) -> TraceSize:
    """Return a trace's sizes and versions; a sampled token without log-prob or version is refused.

    Of several samples of a trajectory, the longest counts as its length.
    """
    samples = samples_of(decode_trace(encoded))
    logprobs = np.concatenate([sample.logprobs[sample.loss_mask] for sample in samples])
    versions = np.concatenate([sample.versions[sample.loss_mask] for sample in samples])
    if not np.isfinite(logprobs).all() or (logprobs > SLACK).any():
        raise InvalidRequestError("the policy returned log-probs that are none")
    if (versions < 0).any():
        raise InvalidRequestError("the policy returned sampled tokens without a version")
    return TraceSize(
        num_tokens=max(len(sample) for sample in samples),
        num_loss_tokens=len(versions),
        min_version=int(versions.min()) if len(versions) else None,
        max_version=int(versions.max()) if len(versions) else None,
    )


def require_extension(before: bytes | None, after: bytes) -> None:
    """Raise unless a context only adds tokens to the one that was sent.

    Where the tokens of earlier turns changed, what was sampled from them is no longer what would
    be trained on: such an episode is the policy's failure and never becomes a rollout. A context
    that begins a new sample must have closed the one that was sent, as it was.
    """
    if before is None:
        return
    sent, samples = samples_of(decode_trace(before)), samples_of(decode_trace(after))
    if len(samples) < len(sent):
        raise UnavailableError("the policy returned a context that lost samples of its trajectory")
    old, new = sent[-1].token_ids, samples[len(sent) - 1].token_ids
    if len(samples) > len(sent) and len(new) > len(old):
        raise UnavailableError("the policy closed another sample than the one it was given")
    shared = min(len(old), len(new))
    differing = np.flatnonzero(old[:shared] != new[:shared])
    if len(new) < len(old) or len(differing):
        place = int(differing[0]) if len(differing) else len(new)
        raise UnavailableError(
            "the policy returned a context that does not extend the one it was given: "
            f"it differs from token {place} of {len(old)} on"
        )
