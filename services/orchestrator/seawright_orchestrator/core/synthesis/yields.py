"""Yields compared at a fixed mix of goals, so that a shift to hard goals is no loss."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.state import CandidateOutcome

NOISE_WIDTH = 2.0
"""Standard errors by which a yield must fall before it is called worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedYield:
    """A yield at a fixed mix, with its standard error."""

    value: float
    error: float
    num: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldChange:
    """Two iterations at the same mix: that of the goals that both of them tried."""

    before: MixedYield
    after: MixedYield

    @property
    def is_worse(self) -> bool:
        """Whether the yield fell by more than noise."""
        noise = math.hypot(self.before.error, self.after.error)
        return self.before.value - self.after.value > NOISE_WIDTH * noise


def mixed_yield(outcomes: Sequence[CandidateOutcome], mix: Mapping[str, float]) -> MixedYield:
    """Return the yield with each goal type (of the first goal) weighted as in `mix`.

    Probes are left out: they are meant to fail. Goal types without a candidate are left out of
    the mix.
    """
    groups: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        goal = outcome.goals[0].type
        if outcome.probe is None and mix.get(goal, 0.0) > 0:
            groups[goal].append(outcome.accepted)
    total = sum(mix[goal] for goal in groups)
    value = variance = 0.0
    for goal, accepted in groups.items():
        weight, num = mix[goal] / total, len(accepted)
        smoothed = (sum(accepted) + 0.5) / (num + 1)
        value += weight * sum(accepted) / num
        variance += weight**2 * smoothed * (1 - smoothed) / num
    num = sum(len(accepted) for accepted in groups.values())
    return MixedYield(value=value, error=math.sqrt(variance), num=num)


def yield_change(
    before: Sequence[CandidateOutcome], after: Sequence[CandidateOutcome], mix: Mapping[str, float]
) -> YieldChange:
    """Return both yields at the mix of the goal types that both tried."""
    tried = _types(before) & _types(after)
    shared = {goal: weight for goal, weight in mix.items() if goal in tried}
    return YieldChange(before=mixed_yield(before, shared), after=mixed_yield(after, shared))


def balanced_weights(
    outcomes: Sequence[CandidateOutcome],
    target: Mapping[str, float],
    accepted: Mapping[str, int],
    *,
    prior: float = 4.0,
    most: float = 2.0,
) -> dict[str, float]:
    """Return goal shares that would bring all goals accepted so far to `target`, within a factor.

    What a type is short of, over the stream's whole life, is divided by its yield: that many
    candidates of it are wanted next. A type's yield is shrunk to the overall one by `prior` candidates, and its weight changes by
    at most `most`: rare luck must not starve a goal, nor a hopeless one eat the budget.
    """
    counts: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.probe is None:
            counts[outcome.goals[0].type].append(outcome.accepted)
    everything = [accepted for group in counts.values() for accepted in group]
    overall = (sum(everything) + 1) / (len(everything) + 2)
    coming = max(1.0, overall * len(everything))
    num_after = sum(accepted.values()) + coming
    weights: dict[str, float] = {}
    for goal, share in target.items():
        group = counts.get(goal, [])
        rate = (sum(group) + prior * overall) / (len(group) + prior)
        missing = max(0.0, share * num_after - accepted.get(goal, 0))
        short = missing / (share * coming) if share else 0.0
        weights[goal] = share * min(most, max(1 / most, short * overall / rate))
    total = sum(weights.values())
    return {goal: round(weight / total, 4) for goal, weight in weights.items()}


def _types(outcomes: Sequence[CandidateOutcome]) -> set[str]:
    return {outcome.goals[0].type for outcome in outcomes if outcome.probe is None}
