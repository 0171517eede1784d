"""Limits that both the model and its planning must know."""

from dataclasses import dataclass

MAX_LOGITS = 1 << 25
"""Most logits held at once (128 MiB in fp32); more loss tokens go in chunks, recomputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """What a model can read."""

    context_length: int
    vocabulary: int
    """Token ids are below it."""
