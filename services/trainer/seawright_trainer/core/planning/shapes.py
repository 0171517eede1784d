"""What a plan must know of a model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """Sizes of a causal language model. A block is one decoder layer."""

    num_blocks: int
    hidden_size: int
    vocabulary: int
    num_heads: int
    head_size: int
    num_block_parameters: int
    num_active_block_parameters: int
    """That one token meets: of experts, only those that it is routed to."""
    num_root_parameters: int
    """Outside the blocks: embeddings, head and last norm."""
    saved_bytes_per_token: float
    """That one block keeps for its backward pass."""
    element_bytes: int
    """Of the compute type."""
    num_adapter_parameters: int | None = None
    """Of one block's low-rank adapters, which alone are trained; None: all weights are."""
    num_experts_per_token: int = 0
    """Of a mixture; 0: a dense model."""
    num_experts: int = 0
    """Of one block."""
    num_expert_parameters: int = 0
    """Of all experts of one block; they are among the block's."""

    @property
    def num_parameters(self) -> int:
        """Of the whole model, without adapters."""
        return self.num_blocks * self.num_block_parameters + self.num_root_parameters

    @property
    def num_trained_parameters(self) -> int:
        """Those that have a gradient and moments."""
        if self.num_adapter_parameters is None:
            return self.num_parameters
        return self.num_blocks * self.num_adapter_parameters

    @property
    def num_held_parameters(self) -> int:
        """Of the whole model, with its adapters."""
        added = 0 if self.num_adapter_parameters is None else self.num_trained_parameters
        return self.num_parameters + added

    @property
    def num_active_parameters(self) -> int:
        """Of the blocks, that one token meets."""
        return self.num_blocks * self.num_active_block_parameters

    def flops_per_token(self, length: float, *, is_recomputed: bool) -> float:
        """Return operations of forward and backward of one token in a sequence of this length.

        6 per active parameter, 4 where it is frozen, 6 H D L for causal attention; 2 and a third
        more where the blocks' forward is repeated. The head is not in it: only loss tokens pay.
        """
        attention = 6.0 * self.num_blocks * self.num_heads * self.head_size * length
        body = 6.0 * self.num_active_parameters
        forward = 2.0 * self.num_active_parameters
        if self.num_adapter_parameters is not None:
            body = 2.0 * body / 3.0 + 6.0 * self.num_trained_parameters
            forward += 2.0 * self.num_trained_parameters
        return body + attention + (forward + attention / 3.0 if is_recomputed else 0.0)

    @property
    def head_flops_per_token(self) -> float:
        """Return operations of the head for one loss token, forward and backward."""
        is_frozen = self.num_adapter_parameters is not None
        return (4.0 if is_frozen else 6.0) * self.hidden_size * self.vocabulary
