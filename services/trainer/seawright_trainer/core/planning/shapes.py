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

    @property
    def num_parameters(self) -> int:
        """Of the whole model."""
        return self.num_blocks * self.num_block_parameters + self.num_root_parameters

    @property
    def num_active_parameters(self) -> int:
        """Of the blocks, that one token meets."""
        return self.num_blocks * self.num_active_block_parameters

    def flops_per_token(self, length: float, *, is_recomputed: bool) -> float:
        """Return operations of forward and backward of one token in a sequence of this length.

        6 per active parameter, 6 H D L for causal attention; a third more where the blocks'
        forward is repeated. The head is not in it: only loss tokens pay for it.
        """
        attention = 6.0 * self.num_blocks * self.num_heads * self.head_size * length
        factor = 4.0 / 3.0 if is_recomputed else 1.0
        return factor * (6.0 * self.num_active_parameters + attention)

    @property
    def head_flops_per_token(self) -> float:
        """Return operations of the head for one loss token, forward and backward."""
        return 6.0 * self.hidden_size * self.vocabulary
