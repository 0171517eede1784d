"""Reads an encoded token trace for its sizes, and refuses one that must not be trained on."""

import numpy as np

from seawright_orchestrator.core.rollout_groups import TraceSize
from seawright_shared.errors import InvalidRequestError
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
