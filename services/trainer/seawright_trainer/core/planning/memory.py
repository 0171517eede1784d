"""What one GPU holds at most, by part, with the model sharded over a copy's GPUs (FSDP2).

Everything is in bytes. Master weights, gradients and both moments are fp32 and sharded; a block's
weights are whole only while it is at work, the next one's are on their way. A step's peak is at
one of three moments: when the backward pass begins, with all that the forward kept and the logits
at work; when the last block's forward is repeated; or when the pass ends, with all gradients there
and one block at work. Frozen weights have
neither gradients nor moments. Of a mixture, each router keeps its tokens' routes until the next
row, and holds beside them those that it was given to replay.
"""

from dataclasses import dataclass, replace

from seawright_trainer.core.limits import MAX_LOGITS
from seawright_trainer.core.planning.shapes import ModelShape

FP32 = 4
INT64 = 8
BLOCKS_AT_WORK = 2
"""The one that computes and the one that is gathered."""
LOGIT_COPIES = 7
"""fp32 tensors of a chunk's logits that live at once in its backward pass; measured."""


LOGITS_LEFT = 3
"""Of these, when the last block's backward pass begins; measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a micro-batch lies on the GPUs."""

    num_ranks: int
    token_budget: int
    is_recomputed: bool
    """Whether blocks keep only their inputs, and repeat their forward."""
    num_replicas: int = 1
    """Copies of the sharded model (HSDP)."""
    expert_parallel: int = 1
    """Ranks that divide a mixture's experts: one gathers only its own."""
    is_replayed: bool = False
    """Whether a mixture is told the routes that were sampled."""

    @property
    def num_shards(self) -> int:
        """Ranks that hold one copy together."""
        return self.num_ranks // self.num_replicas


def memory_parts(shape: ModelShape, layout: Layout) -> dict[str, float]:
    """Return bytes of one rank by part, at the moment when it holds most."""
    moments_of_a_step = [_when_backward_begins(shape, layout), _when_backward_ends(shape, layout)]
    if layout.is_recomputed:
        moments_of_a_step.append(_when_a_block_is_repeated(shape, layout))
    moment = max(moments_of_a_step, key=lambda parts: sum(parts.values()))
    weights = FP32 * (shape.num_held_parameters / layout.num_shards + _uneven(shape, layout))
    moments = 2 * FP32 * _trained_on_one(shape, layout)
    return {
        "master weights": weights,
        "optimizer moments": moments,
        **moment,
        **({"routes": _routes(shape, layout)} if shape.num_experts_per_token else {}),
        **({"dispatch": _dispatched(shape, layout)} if layout.expert_parallel > 1 else {}),
    }


def largest_token_budget(shape: ModelShape, layout: Layout, available: float) -> int:
    """Return the most tokens of a micro-batch that fit into so many bytes; 0: not one."""

    def fits(tokens: int) -> bool:
        tried = replace(layout, token_budget=tokens)
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
    head = _head_copies(shape) * FP32 * shape.hidden_size * shape.vocabulary
    return {
        "gathered weights": _gathered(shape, layout),
        "activations": per_block * shape.num_blocks * layout.token_budget,
        "logits": float(head + LOGIT_COPIES * FP32 * logits),
    }


def _when_a_block_is_repeated(shape: ModelShape, layout: Layout) -> dict[str, float]:
    """Return parts as the last block is repeated: most where little of the model is trained."""
    inputs = shape.num_blocks * shape.hidden_size * shape.element_bytes
    logits = min(MAX_LOGITS, layout.token_budget * shape.vocabulary)
    return {
        "gathered weights": _gathered(shape, layout),
        "activations": (inputs + shape.saved_bytes_per_token) * layout.token_budget,
        "logits": float(LOGITS_LEFT * FP32 * logits),
    }


def _when_backward_ends(shape: ModelShape, layout: Layout) -> dict[str, float]:
    inputs = shape.num_blocks * shape.hidden_size * shape.element_bytes
    kept = inputs if layout.is_recomputed else 0.0
    block, root = _block_at_work(shape, layout), shape.num_root_parameters
    if shape.num_adapter_parameters is not None:
        block, root = shape.num_adapter_parameters, 0
    return {
        "gathered weights": _gathered(shape, layout),
        "gradients": FP32 * _trained_on_one(shape, layout),
        # A block's own, in the compute type and once more as they are summed over ranks.
        "whole gradients": float(shape.element_bytes * (block + root) + FP32 * block),
        "activations": (kept + shape.saved_bytes_per_token) * layout.token_budget,
    }


def _gathered(shape: ModelShape, layout: Layout) -> float:
    """Return the whole weights at work; a lone fp32 rank computes on its own."""
    if layout.num_shards == 1 and shape.element_bytes == FP32:
        return 0.0
    block = _block_at_work(shape, layout) + (shape.num_adapter_parameters or 0)
    return float(shape.element_bytes * (BLOCKS_AT_WORK * block + shape.num_root_parameters))


def _trained_on_one(shape: ModelShape, layout: Layout) -> float:
    even = shape.num_trained_parameters / layout.num_shards
    return even + (_uneven(shape, layout) if shape.num_adapter_parameters is None else 0.0)


def _uneven(shape: ModelShape, layout: Layout) -> float:
    """Return by how many parameters the rank that holds most exceeds an even share.

    Ranks with the same experts cut each evenly where its sizes allow, and else take whole ones.
    """
    if layout.expert_parallel == 1 or shape.num_experts == 0:
        return 0.0
    num_shared = layout.num_shards // layout.expert_parallel
    inner = shape.num_expert_parameters // (3 * shape.hidden_size * shape.num_experts)
    if shape.hidden_size % num_shared == 0 and 2 * inner % num_shared == 0:
        return 0.0
    most = -(-shape.num_experts // layout.expert_parallel // num_shared)
    excess = most / shape.num_experts - 1 / layout.num_shards
    return shape.num_blocks * shape.num_expert_parameters * excess


def _block_at_work(shape: ModelShape, layout: Layout) -> int:
    """Return the parameters of a block that one rank computes with: all, or its own experts'."""
    elsewhere = shape.num_expert_parameters * (layout.expert_parallel - 1)
    return shape.num_block_parameters - elsewhere // layout.expert_parallel


def _head_copies(shape: ModelShape) -> int:
    """Return fp32 copies of the head: its gradient and its sum; of a frozen one, its cast alone."""
    if shape.num_adapter_parameters is None:
        return 2
    return 0 if shape.element_bytes == FP32 else 1


def dispatched_bytes(shape: ModelShape, layout: Layout) -> float:
    """Return the bytes of one micro-batch's rows on their way to the experts of one block."""
    return float(
        shape.element_bytes * shape.hidden_size * shape.num_experts_per_token * layout.token_budget
    )


def _dispatched(shape: ModelShape, layout: Layout) -> float:
    """Return what sending keeps beyond a block that computes alone, where experts are met evenly.

    Rows as they are sent, as they arrive and as answers return, and whatever a block that is not
    repeated keeps of them: the answers in their order, for the gradient of the router.
    """
    blocks = 1 if layout.is_recomputed else shape.num_blocks
    return (2 + blocks) * dispatched_bytes(shape, layout)


def _routes(shape: ModelShape, layout: Layout) -> float:
    kept = 2 if layout.is_replayed else 1
    return float(
        kept * INT64 * shape.num_blocks * shape.num_experts_per_token * layout.token_budget
    )
