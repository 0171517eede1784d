"""pass^k and pass@k with bootstrap intervals over tasks.

pass^k is tau2-bench's estimator: of a task with c successes in n trials, the share of k-subsets
without a failure, comb(c, k) / comb(n, k); pass@k is the share with at least one success.
"""

from collections.abc import Mapping, Sequence
from math import comb

import numpy as np

from seawright_shared.records.reports import EvaluationReport, Interval

CONFIDENCE = 0.95


def pass_hat(successes: int, trials: int, k: int) -> float:
    """Return the estimated chance that k trials all succeed."""
    assert 0 <= successes <= trials
    assert 1 <= k <= trials
    return comb(successes, k) / comb(trials, k)


def pass_at(successes: int, trials: int, k: int) -> float:
    """Return the estimated chance that at least one of k trials succeeds."""
    return 1.0 - pass_hat(trials - successes, trials, k)


def bootstrap(values: Sequence[float], num_resamples: int, seed: int) -> Interval:
    """Return the mean with its percentile interval, drawing tasks with replacement."""
    column = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(column), size=(num_resamples, len(column)))
    means = column[drawn].mean(axis=1)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Interval(value=float(column.mean()), low=float(low), high=float(high))


def evaluation_report(
    rewards: Mapping[str, Sequence[float | None]], num_resamples: int, seed: int
) -> EvaluationReport:
    """Return the report of an evaluation: rewards per task, None where a fault hid the outcome.

    k goes up to the least number of scored trials of any task that has some.
    """
    per_task: dict[str, tuple[int, int]] = {}
    for task_id, trials in sorted(rewards.items()):
        scored = [reward for reward in trials if reward is not None]
        per_task[task_id] = (sum(abs(reward - 1.0) <= 1e-6 for reward in scored), len(scored))
    counted = [(won, of) for won, of in per_task.values() if of]
    num_k = min((of for _, of in counted), default=0)
    return EvaluationReport(
        num_tasks=len(per_task),
        num_episodes=sum(len(trials) for trials in rewards.values()),
        num_excluded=sum(reward is None for trials in rewards.values() for reward in trials),
        pass_hat={
            k: bootstrap([pass_hat(won, of, k) for won, of in counted], num_resamples, seed)
            for k in range(1, num_k + 1)
        },
        pass_at={
            k: bootstrap([pass_at(won, of, k) for won, of in counted], num_resamples, seed)
            for k in range(1, num_k + 1)
        },
        per_task=per_task,
    )
