"""Reads an encoded token trace for its sizes, and refuses one that must not be trained on."""

import numpy as np

from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.traces import decode_trace

SLACK = 1e-3
"""Rounding may put the log-prob of a certain token above 0."""


def measure(encoded: bytes) -> TraceSize:
    """Return a trace's sizes and versions; a sampled token without log-prob or version is refused."""
    trace = decode_trace(encoded)
    mask = trace.loss_mask
    versions = trace.versions[mask]
    if not np.isfinite(trace.logprobs[mask]).all() or (trace.logprobs[mask] > SLACK).any():
        raise InvalidRequestError("the policy returned log-probs that are none")
    if (versions < 0).any():
        raise InvalidRequestError("the policy returned sampled tokens without a version")
    return TraceSize(
        num_tokens=len(trace),
        num_loss_tokens=int(mask.sum()),
        min_version=int(versions.min()) if len(versions) else None,
        max_version=int(versions.max()) if len(versions) else None,
    )


def require_extension(before: bytes | None, after: bytes) -> None:
    """Raise unless a context only adds tokens to the one that was sent.

    Where the tokens of earlier turns changed, what was sampled from them is no longer what would
    be trained on: such an episode is the policy's failure and never becomes a rollout.
    """
    if before is None:
        return
    old, new = decode_trace(before).token_ids, decode_trace(after).token_ids
    shared = min(len(old), len(new))
    differing = np.flatnonzero(old[:shared] != new[:shared])
    if len(new) < len(old) or len(differing):
        place = int(differing[0]) if len(differing) else len(new)
        raise UnavailableError(
            "the policy returned a context that does not extend the one it was given: "
            f"it differs from token {place} of {len(old)} on"
        )
