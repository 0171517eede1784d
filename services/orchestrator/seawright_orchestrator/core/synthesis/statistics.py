"""Measures of a run: bootstrap intervals of yields, coverage entropy, unique sequences."""

import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from seawright_orchestrator.core.synthesis.identities import sequence
from seawright_shared.records.reports import Interval
from seawright_shared.records.tasks import Task


def share(accepted: Sequence[bool]) -> float:
    """Return the share of true ones; 0 where there are none."""
    return sum(accepted) / len(accepted) if accepted else 0.0


def bootstrap_difference(
    first: Sequence[bool], last: Sequence[bool], *, seed: int, num_resamples: int = 2000
) -> Interval:
    """Return the yield of `last` minus that of `first`, with its 95 % percentile interval."""
    assert first, "no candidates in the first sample"
    assert last, "no candidates in the last sample"
    rng = random.Random(seed)  # noqa: S311 - a statistic, not a secret
    draws = sorted(_resampled(last, rng) - _resampled(first, rng) for _ in range(num_resamples))
    return Interval(
        value=share(last) - share(first),
        low=draws[int(0.025 * (num_resamples - 1))],
        high=draws[math.ceil(0.975 * (num_resamples - 1))],
    )


def entropy(counts: Collection[int]) -> float:
    """Return the Shannon entropy, in bits, of a distribution given by counts."""
    total = sum(counts)
    shares = [count / total for count in counts if count > 0]
    return -sum(value * math.log2(value) for value in shares)


def coverage_entropy(tasks: Iterable[Task]) -> float:
    """Return the entropy of goal types x disclosure x reference over tasks."""
    cells = Counter(
        (tuple(task.goal_types), task.scenario.disclosure, task.scenario.reference)
        for task in tasks
    )
    return entropy(cells.values())


def num_sequences(tasks: Iterable[Task]) -> int:
    """Return how many different sequences of tool names the tasks' gold runs have."""
    return len({sequence(task) for task in tasks})


def _resampled(values: Sequence[bool], rng: random.Random) -> float:
    return share(rng.choices(values, k=len(values)))
