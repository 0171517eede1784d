"""Draws the next tokens of several turns at once, each by its own random numbers.

Shapes: B turns, V tokens of the vocabulary.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One drawn token for each turn and its log-prob."""

    token_ids: list[int]
    logprobs: list[float]


def uniforms(seed: int, token_ids: Sequence[int], count: int) -> NDArray[np.float64]:
    """Return a turn's own random numbers: a function of the seed and of the context."""
    context = np.asarray(token_ids, "<u4").tobytes()
    digest = hashlib.sha256(seed.to_bytes(16, "little", signed=True) + context).digest()
    return np.random.default_rng(np.frombuffer(digest, np.uint32)).random(count)


def draw(
    logits: Tensor, temperatures: Sequence[float], top_ps: Sequence[float], chances: Sequence[float]
) -> Drawn:
    """Return a token for each row of `logits` (B, V), by inverting its distribution at a chance.

    Temperature 0 takes the most likely token. Log-probs are those before top-p cuts.
    """
    divisors = torch.tensor([[heat if heat > 0 else 1.0] for heat in temperatures])
    scores = torch.log_softmax(logits.float() / divisors, dim=-1)
    weights = scores.exp()
    if any(top_p < 1 for top_p in top_ps):
        weights = nucleus(weights, top_ps)
    sums = weights.cumsum(-1, dtype=torch.float64)
    marks = torch.tensor(chances, dtype=torch.float64)[:, None] * sums[:, -1:]
    chosen = (sums <= marks).sum(-1).clamp_(max=logits.shape[-1] - 1)
    if any(heat == 0 for heat in temperatures):
        is_greedy = torch.tensor([heat == 0 for heat in temperatures])
        chosen = torch.where(is_greedy, scores.argmax(-1), chosen)
    picked = scores.gather(-1, chosen[:, None])[:, 0]
    return Drawn(token_ids=chosen.tolist(), logprobs=picked.tolist())


def nucleus(weights: Tensor, top_ps: Sequence[float]) -> Tensor:
    """Return weights with all but the smallest set reaching top-p set to zero, by row."""
    ranked, order = weights.sort(-1, descending=True)
    before = ranked.cumsum(-1) - ranked
    limits = torch.tensor([[top_p] for top_p in top_ps])
    kept = torch.where((before < limits) | (limits >= 1), ranked, 0.0)
    return torch.zeros_like(weights).scatter_(-1, order, kept)
