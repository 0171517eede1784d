"""Causal attention over packed segments: torch varlen on CUDA, one SDPA per segment on CPU.

Measured on two CPU cores, 8 segments of 1,000 tokens, heads of 32: per segment 6,800 tokens/s
forward and backward, one block-diagonal mask 1,000. Repeating the key heads beats
`enable_gqa` there (6,800 against 5,000). Shapes: 1 = one packed row, H heads, T tokens, D.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface

NAME = "seawright_packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentBounds:
    """Where segments of the row begin and end; `cumulative` is on the row's device."""

    ends: tuple[int, ...]
    longest: int
    cumulative: torch.Tensor
    """int32, segments + 1 entries, first 0."""


def packed_attention(
    module: torch.nn.Module,  # noqa: ARG001
    query_1HTD: torch.Tensor,
    key_1HTD: torch.Tensor,
    value_1HTD: torch.Tensor,
    attention_mask: None,  # noqa: ARG001
    *,
    bounds: SegmentBounds,
    scaling: float | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attend within each segment; the signature is the one transformers calls."""
    if query_1HTD.is_cuda:
        return _varlen(query_1HTD, key_1HTD, value_1HTD, bounds, scaling), None
    return _per_segment(query_1HTD, key_1HTD, value_1HTD, bounds, scaling), None


def _per_segment(
    query_1HTD: torch.Tensor,
    key_1HTD: torch.Tensor,
    value_1HTD: torch.Tensor,
    bounds: SegmentBounds,
    scaling: float | None,
) -> torch.Tensor:
    repeats = query_1HTD.shape[1] // key_1HTD.shape[1]
    key = key_1HTD.repeat_interleave(repeats, 1)
    value = value_1HTD.repeat_interleave(repeats, 1)
    outputs: list[torch.Tensor] = []
    start = 0
    for end in bounds.ends:
        span = slice(start, end)
        outputs.append(
            functional.scaled_dot_product_attention(
                query_1HTD[:, :, span],
                key[:, :, span],
                value[:, :, span],
                is_causal=True,
                scale=scaling,
            )
        )
        start = end
    return torch.cat(outputs, 2).transpose(1, 2).contiguous()


def _varlen(
    query_1HTD: torch.Tensor,
    key_1HTD: torch.Tensor,
    value_1HTD: torch.Tensor,
    bounds: SegmentBounds,
    scaling: float | None,
) -> torch.Tensor:
    query, key, value = (
        tensor[0].transpose(0, 1).contiguous() for tensor in (query_1HTD, key_1HTD, value_1HTD)
    )
    output_THD = varlen_attn(
        query, key, value, bounds.cumulative, bounds.cumulative, bounds.longest, bounds.longest,
        scale=scaling, window_size=(-1, 0), enable_gqa=query.shape[1] != key.shape[1],
    )  # fmt: skip
    assert isinstance(output_THD, torch.Tensor)
    return output_THD.unsqueeze(0)


def register_packed_attention() -> None:
    """Make the function known to transformers under `NAME`; harmless to repeat."""
    AttentionInterface.register(NAME, packed_attention)
