"""Packing sequences into micro-batches, balanced by cost and step-aligned across ranks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.errors import InvalidRequestError
from seawright_trainer.core.balancing import exchanged


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

    Over the fewest bins that hold the tokens, longest processing time first on cost; bins of
    similar cost then run at the same time on all ranks. Where a single sequence costs more than
    an average bin, its step is filled to that cost on every rank, and later steps are lighter.
    """
    longest = max(lengths, default=0)
    if longest > token_budget:
        raise InvalidRequestError(
            f"a sequence of {longest} tokens is over the token budget of {token_budget}"
        )
    load = _Load(lengths=lengths, costs=[cost(n) for n in lengths], token_budget=token_budget)
    num_steps = max(1, -(-sum(lengths) // (token_budget * num_ranks)))
    while True:
        found = [
            _by_cost(bins, load)
            for bins in (
                _balanced(load, num_steps, num_ranks),
                _levelled(load, num_steps, num_ranks),
            )
            if bins is not None
        ]
        if found:
            best = min(found, key=lambda bins: sum(_levels(bins, load, num_ranks)))
            return _in_step(best, load, num_ranks)
        num_steps += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """What is to be packed. `ordered` are the indices, dearest first: cost rises with length."""

    lengths: Sequence[int]
    costs: Sequence[float]
    token_budget: int

    @property
    def ordered(self) -> list[int]:
        return sorted(range(len(self.lengths)), key=lambda index: (-self.lengths[index], index))


def _balanced(load: _Load, num_steps: int, num_ranks: int) -> list[list[int]] | None:
    """Return bins of costs as equal as can be; None where the tokens do not fit."""
    bins, rest = _filled(load, load.ordered, num_steps * num_ranks)
    return None if rest else bins


def _levelled(load: _Load, num_steps: int, num_ranks: int) -> list[list[int]] | None:
    """Return bins step by step, each step no dearer than its dearest sequence makes it."""
    bins: list[list[int]] = []
    left = load.ordered
    for step in range(num_steps):
        num_bins = (num_steps - step) * num_ranks
        average = sum(load.costs[index] for index in left) / num_bins
        dearest = load.costs[left[0]] if left else 0.0
        if dearest <= average or step == num_steps - 1:
            # Nothing sticks out any more: the rest is balanced over all steps to come.
            last, rest = _filled(load, left, num_bins)
            return None if rest else [*bins, *last]
        filled, left = _filled(load, left, num_ranks, level=dearest)
        bins += filled
    raise AssertionError("the last step returns")


def _filled(
    load: _Load, indices: Sequence[int], num_bins: int, *, level: float = math.inf
) -> tuple[list[list[int]], list[int]]:
    """Put each sequence where it costs least and fits in tokens and level; return what is left."""
    bins: list[list[int]] = [[] for _ in range(num_bins)]
    tokens = [0] * num_bins
    costs = [0.0] * num_bins
    rest: list[int] = []
    for index in indices:
        length, cost = load.lengths[index], load.costs[index]
        fitting = [
            b
            for b in range(num_bins)
            if tokens[b] + length <= load.token_budget and costs[b] + cost <= level
        ]
        if not fitting:
            rest.append(index)
            continue
        target = min(fitting, key=lambda b: (costs[b], b))
        bins[target].append(index)
        tokens[target] += length
        costs[target] += cost
    return bins, rest


def _by_cost(bins: list[list[int]], load: _Load) -> list[list[int]]:
    """Return the dearest bins first: those of one step, on all its ranks, are then alike."""
    return sorted(bins, key=lambda held: -sum(load.costs[index] for index in held))


def _levels(bins: Sequence[Sequence[int]], load: _Load, num_ranks: int) -> list[float]:
    """Return what each step costs where bins come dearest first."""
    return [sum(load.costs[index] for index in bins[at]) for at in range(0, len(bins), num_ranks)]


def _in_step(bins: Sequence[Sequence[int]], load: _Load, num_ranks: int) -> Plan:
    """Give the dearest bins to the first step, and so on, and even each step out."""
    even = exchanged(
        bins,
        costs=load.costs,
        lengths=load.lengths,
        token_budget=load.token_budget,
        num_ranks=num_ranks,
    )
    ranks = tuple(tuple(tuple(held) for held in even[rank::num_ranks]) for rank in range(num_ranks))
    return Plan(micro_batches=ranks)


def _step_costs(plan: Plan, costs: Sequence[float]) -> list[float]:
    """Return what each step costs a rank: as much as the dearest one of them."""
    steps = zip(*plan.micro_batches, strict=True)
    return [max(sum(costs[index] for index in held) for held in step) for step in steps]


def lock_step_efficiency(plan: Plan, lengths: Sequence[int], cost: CostModel) -> float:
    """Return useful cost over what is paid when each step lasts as long as its slowest rank."""
    costs = [cost(length) for length in lengths]
    paid = sum(_step_costs(plan, costs))
    return sum(costs) / (paid * len(plan.micro_batches)) if paid else 1.0


def lock_step_bound(
    lengths: Sequence[int], num_ranks: int, cost: CostModel, *, token_budget: int | None = None
) -> float:
    """Return an efficiency that no plan exceeds: a sequence is not divided among ranks.

    Below 1 where a rank's share of the batch is cheaper than the dearest sequence: the batch
    is then too small for so many ranks, and no balancing helps. With a token budget, also where
    the longest sequence fills it nearly: other ranks' micro-batches of shorter sequences are as
    full and cheaper, so that the step's ranks wait for the one.
    """
    costs = [cost(length) for length in lengths]
    if not costs:
        return 1.0
    total, dearest = sum(costs), max(costs)
    bound = min(1.0, total / num_ranks / dearest)
    if token_budget is None:
        return bound
    room, within = token_budget * num_ranks, 0.0
    for length in sorted(lengths, reverse=True):
        taken = min(length, room)
        within += cost(length) * taken / length
        room -= taken
    # The step of the dearest holds at most as much as the dearest tokens of all that fit.
    return min(bound, total / (total + max(0.0, num_ranks * dearest - within)))
