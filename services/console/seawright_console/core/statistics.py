"""pass^k of an evaluation's tasks, and paired bootstrap intervals of differences."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from seawright_shared.records.reports import Interval

Trials = tuple[int, int]
"""Successes and scored trials of one task, as in `EvaluationReport.per_task`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much better one agent is than another, on the tasks that both played."""

    interval: Interval
    num_tasks: int

    @property
    def is_gain(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.num_tasks > 0 and self.interval.low > 0.0


def pass_hat(trials: Trials, k: int) -> float | None:
    """Return the chance that k trials all succeed (unbiased), or None with fewer than k trials."""
    successes, total = trials
    return comb(successes, k) / comb(total, k) if total >= k else None


def paired_difference(
    better: Mapping[str, Trials],
    worse: Mapping[str, Trials],
    *,
    k: int = 1,
    num_samples: int = 5000,
    seed: int = 0,
) -> Difference:
    """Return the mean difference of pass^k over common tasks, tasks being resampled in pairs."""
    deltas: list[float] = []
    for task_id in sorted(better.keys() & worse.keys()):
        high, low = pass_hat(better[task_id], k), pass_hat(worse[task_id], k)
        if high is not None and low is not None:
            deltas.append(high - low)
    if not deltas:
        return Difference(interval=Interval(value=0.0, low=0.0, high=0.0), num_tasks=0)
    return Difference(
        interval=bootstrap(deltas, mean, num_samples=num_samples, seed=seed),
        num_tasks=len(deltas),
    )


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean of at least one value."""
    return sum(values) / len(values)


def bootstrap(
    values: Sequence[float],
    statistic: Callable[[Sequence[float]], float],
    *,
    num_samples: int,
    seed: int,
) -> Interval:
    """Return the statistic with its 95 % percentile interval; the same seed gives the same one."""
    draw = random.Random(seed)  # noqa: S311 - statistics, not secrets
    size = len(values)
    drawn = sorted(statistic(draw.choices(values, k=size)) for _ in range(num_samples))
    return Interval(
        value=statistic(values),
        low=drawn[int(0.025 * (num_samples - 1))],
        high=drawn[round(0.975 * (num_samples - 1))],
    )
