"""What one GPU holds at most, by part, with the model sharded over all of them (FSDP2).

Everything is in bytes. Master weights, gradients and both moments are fp32 and sharded; a block's
weights are whole only while it is at work, the next one's are on their way. A step's peak is at
one of two moments: when the backward pass begins, with all that the forward kept and the logits
at work; or when it ends, with all gradients there and one block at work.
"""

from dataclasses import dataclass

from seawright_trainer.core.limits import MAX_LOGITS
from seawright_trainer.core.planning.shapes import ModelShape

FP32 = 4
BLOCKS_AT_WORK = 2
"""The one that computes and the one that is gathered."""
LOGIT_COPIES = 7
"""fp32 tensors of a chunk's logits that live at once in its backward pass; measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a micro-batch lies on the GPUs."""

    num_ranks: int
    token_budget: int
    is_recomputed: bool
    """Whether blocks keep only their inputs, and repeat their forward."""


def memory_parts(shape: ModelShape, layout: Layout) -> dict[str, float]:
    """Return bytes of one rank by part, at the moment when it holds most."""
    begins, ends = _when_backward_begins(shape, layout), _when_backward_ends(shape, layout)
    moment = begins if sum(begins.values()) >= sum(ends.values()) else ends
    sharded = FP32 * shape.num_parameters / layout.num_ranks
    return {"master weights": sharded, "optimizer moments": 2 * sharded, **moment}


def largest_token_budget(shape: ModelShape, layout: Layout, available: float) -> int:
    """Return the most tokens of a micro-batch that fit into so many bytes; 0: not one."""

    def fits(tokens: int) -> bool:
        tried = Layout(
            num_ranks=layout.num_ranks, token_budget=tokens, is_recomputed=layout.is_recomputed
        )
        return sum(memory_parts(shape, tried).values()) <= available

    low, high = 0, 1 << 24
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _when_backward_begins(shape: ModelShape, layout: Layout) -> dict[str, float]:
    per_block = (
        shape.hidden_size * shape.element_bytes
        if layout.is_recomputed
        else shape.saved_bytes_per_token
    )
    logits = min(MAX_LOGITS, layout.token_budget * shape.vocabulary)
    head = 2 * FP32 * shape.hidden_size * shape.vocabulary
    return {
        "gathered weights": _gathered(shape, layout),
        "activations": per_block * shape.num_blocks * layout.token_budget,
        "logits": float(head + LOGIT_COPIES * FP32 * logits),
    }


def _when_backward_ends(shape: ModelShape, layout: Layout) -> dict[str, float]:
    inputs = shape.num_blocks * shape.hidden_size * shape.element_bytes
    kept = inputs if layout.is_recomputed else 0.0
    block, root = shape.num_block_parameters, shape.num_root_parameters
    return {
        "gathered weights": _gathered(shape, layout),
        "gradients": FP32 * shape.num_parameters / layout.num_ranks,
        # A block's own, in the compute type and once more as they are summed over ranks.
        "whole gradients": float(shape.element_bytes * (block + root) + FP32 * block),
        "activations": (kept + shape.saved_bytes_per_token) * layout.token_budget,
    }


def _gathered(shape: ModelShape, layout: Layout) -> float:
    """Return the whole weights at work; a lone fp32 rank computes on its own."""
    if layout.num_ranks == 1 and shape.element_bytes == FP32:
        return 0.0
    at_work = BLOCKS_AT_WORK * shape.num_block_parameters + shape.num_root_parameters
    return float(shape.element_bytes * at_work)
