"""Which compute type this machine multiplies faster."""

import time
from typing import Literal

import torch


def compute_type(wanted: Literal["auto", "float32", "bfloat16"]) -> torch.dtype:
    """Return the type asked for, or the faster one of the two (a few milliseconds)."""
    types = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    if wanted != "auto":
        return types[wanted]
    return min(types.values(), key=_seconds)


@torch.inference_mode()
def _seconds(dtype: torch.dtype) -> float:
    left, right = torch.ones(128, 256, dtype=dtype), torch.ones(256, 256, dtype=dtype)
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        torch.mm(left, right)
        best = min(best, time.perf_counter() - began)
    return best
