"""Packing sequences into micro-batches, balanced by cost and step-aligned across ranks."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class CostModel:
    """Floating-point operations of a sequence of L tokens: linear * L + quadratic * L * L."""

    linear: float
    quadratic: float

    def __call__(self, length: int) -> float:
        """Return the cost of one sequence."""
        return self.linear * length + self.quadratic * length * length


def transformer_cost(
    *, num_parameters: int, num_layers: int, num_heads: int, head_size: int
) -> CostModel:
    """Return the cost of forward and backward: 6 N per token, causal attention halved."""
    return CostModel(
        linear=6.0 * num_parameters, quadratic=6.0 * num_layers * num_heads * head_size
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`micro_batches[rank][i]` holds sequence indices; every rank has equally many.

    An empty micro-batch is a dummy: the rank takes part in the collectives with zero loss.
    """

    micro_batches: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def num_micro_batches(self) -> int:
        """Forward and backward passes of each rank."""
        return len(self.micro_batches[0])


def pack(lengths: Sequence[int], *, token_budget: int, num_ranks: int, cost: CostModel) -> Plan:
    """Return a plan in which every sequence occurs once and no micro-batch is over budget.

    Longest processing time first on cost, over the fewest bins that hold the tokens; bins of
    similar cost then run at the same time on all ranks.
    """
    longest = max(lengths, default=0)
    if longest > token_budget:
        raise InvalidRequestError(
            f"a sequence of {longest} tokens is over the token budget of {token_budget}"
        )
    num_bins = max(1, -(-sum(lengths) // token_budget))
    num_bins = -(-num_bins // num_ranks) * num_ranks
    while (bins := _fill(lengths, token_budget, num_bins, cost)) is None:
        num_bins += num_ranks
    ordered = sorted(bins, key=lambda held: -sum(cost(lengths[index]) for index in held))
    ranks = tuple(tuple(ordered[rank::num_ranks]) for rank in range(num_ranks))
    return Plan(micro_batches=ranks)


def _fill(
    lengths: Sequence[int], token_budget: int, num_bins: int, cost: CostModel
) -> list[tuple[int, ...]] | None:
    held: list[list[int]] = [[] for _ in range(num_bins)]
    tokens = [0] * num_bins
    costs = [0.0] * num_bins
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        length = lengths[index]
        fitting = [b for b in range(num_bins) if tokens[b] + length <= token_budget]
        if not fitting:
            return None
        target = min(fitting, key=lambda b: (costs[b], b))
        held[target].append(index)
        tokens[target] += length
        costs[target] += cost(length)
    return [tuple(indices) for indices in held]


def lock_step_efficiency(plan: Plan, lengths: Sequence[int], cost: CostModel) -> float:
    """Return useful cost over what is paid when each step lasts as long as its slowest rank."""
    useful = sum(cost(length) for length in lengths)
    steps = zip(*plan.micro_batches, strict=True)
    paid = sum(max(sum(cost(lengths[index]) for index in held) for held in step) for step in steps)
    return useful / (paid * len(plan.micro_batches)) if paid else 1.0
