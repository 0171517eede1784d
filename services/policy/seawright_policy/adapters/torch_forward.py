"""The Qwen3 forward pass over cached contexts: whole prompts and single decode steps.

Shapes: N tokens, B turns, d hidden, H query heads, K key heads, R = H / K, e head size, T context.
The residual stream and norms are float32 and matrices the compute type, as under autocast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from seawright_policy.adapters.torch_cache import SlotCache
from seawright_policy.adapters.torch_weights import Weights

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""(layer, queries (N, H, e), keys (N, K, e), values (N, K, e)) to mixed values (N, H e)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """New tokens of one slot, after `start` cached ones."""

    slot: int
    start: int
    token_ids: Sequence[int]


def forward(weights: Weights, ids: Tensor, positions: Tensor, attend: Attend) -> Tensor:
    """Return the last hidden states (N, d) of tokens at their positions."""
    heads, key_heads, size = weights.num_heads, weights.num_key_heads, weights.head_size
    cos, sin = weights.cos[positions][:, None], weights.sin[positions][:, None]
    x = weights.embedding[ids]
    for number, layer in enumerate(weights.layers):
        h = normed(x, layer.norm_in, weights.epsilon).to(weights.dtype)
        qkv = functional.linear(h, layer.qkv).view(len(ids), heads + 2 * key_heads, size)
        q, k, v = qkv.split([heads, key_heads, key_heads], dim=1)
        q = turned(normed(q.float(), layer.norm_q, weights.epsilon), cos, sin)
        k = turned(normed(k.float(), layer.norm_k, weights.epsilon), cos, sin)
        mixed = attend(number, q.to(weights.dtype), k.to(weights.dtype), v)
        x = x + functional.linear(mixed, layer.out)
        h = normed(x, layer.norm_mlp, weights.epsilon).to(weights.dtype)
        gate, up = functional.linear(h, layer.gate_up).chunk(2, dim=-1)
        x = x + functional.linear(functional.silu(gate) * up, layer.down)
    return x


def logits_of(weights: Weights, hidden: Tensor) -> Tensor:
    """Return float32 logits of hidden states."""
    last = normed(hidden, weights.norm, weights.epsilon).to(weights.dtype)
    return functional.linear(last, weights.head).float()


def normed(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Return the RMS norm of float32 values."""
    return functional.rms_norm(x, (x.shape[-1],), weight, epsilon)


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Return rotary embeddings applied to (N, heads, e)."""
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


def prefill(weights: Weights, cache: SlotCache, segments: Sequence[Segment]) -> Tensor:
    """Write the segments' keys and values; return logits (B, V) after each one's last token."""
    lengths = [len(segment.token_ids) for segment in segments]
    cache.reserve(max(segment.start + len(segment.token_ids) for segment in segments))
    ids = torch.tensor([one for segment in segments for one in segment.token_ids])
    positions = torch.cat(
        [torch.arange(one.start, one.start + len(one.token_ids)) for one in segments]
    )

    def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        parts: list[Tensor] = []
        pieces = zip(segments, q.split(lengths), k.split(lengths), v.split(lengths), strict=True)
        for segment, new_q, new_k, new_v in pieces:
            end = segment.start + len(segment.token_ids)
            keys, values = cache.keys[layer][segment.slot], cache.values[layer][segment.slot]
            keys[:, segment.start : end] = new_k.transpose(0, 1)
            values[:, segment.start : end] = new_v.transpose(0, 1)
            visible = (
                None
                if segment.start == 0
                else torch.arange(end) <= torch.arange(segment.start, end)[:, None]
            )
            mixed = functional.scaled_dot_product_attention(
                new_q.transpose(0, 1)[None],
                keys[None, :, :end],
                values[None, :, :end],
                attn_mask=visible,
                is_causal=visible is None,
                enable_gqa=True,
            )
            parts.append(mixed[0].transpose(0, 1).reshape(len(new_q), -1))
        return torch.cat(parts)

    hidden = forward(weights, ids, positions, attend)
    last = torch.tensor(lengths).cumsum(0) - 1
    return logits_of(weights, hidden[last])


def decode(
    weights: Weights, cache: SlotCache, ids: Sequence[int], positions: Sequence[int]
) -> Tensor:
    """Feed one token to each of the first B slots; return the logits (B, V) after it."""
    cache.reserve(max(positions) + 1)
    num_turns, at, slots = len(ids), torch.tensor(positions), torch.arange(len(ids))
    size = weights.head_size
    rows = num_turns * weights.num_key_heads
    mask = torch.zeros(num_turns, 1, 1, cache.width)
    mask.masked_fill_(torch.arange(cache.width) > at[:, None, None, None], float("-inf"))
    mask = mask.expand(-1, weights.num_key_heads, -1, -1).reshape(rows, 1, cache.width)

    def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        cache.keys[layer][slots, :, at] = k
        cache.values[layer][slots, :, at] = v
        keys = cache.keys[layer][:num_turns].flatten(0, 1)
        values = cache.values[layer][:num_turns].flatten(0, 1)
        scores = torch.bmm(q.view(rows, -1, size), keys.transpose(1, 2))
        shares = torch.softmax(torch.add(mask, scores, alpha=size**-0.5), dim=-1)
        return torch.bmm(shares.to(weights.dtype), values).view(num_turns, -1)

    hidden = forward(weights, torch.tensor(ids), at, attend)
    return logits_of(weights, hidden)
