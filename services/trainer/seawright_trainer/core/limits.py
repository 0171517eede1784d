"""Limits that both the model and its planning must know."""

MAX_LOGITS = 1 << 25
"""Most logits held at once (128 MiB in fp32); more loss tokens go in chunks, recomputed."""
