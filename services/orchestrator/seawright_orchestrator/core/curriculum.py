"""Which task to draw next: those that the current policy passes sometimes teach it most.

Each task has a Beta posterior of its pass rate. What was seen of older versions counts less, so
that what was too hard is tried again. A group of rollouts teaches by the differences of its
rewards: none where all pass or all fail.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from seawright_orchestrator.core.seeds import seeded

FRONTIER = (0.2, 0.8)
PRIOR = 1.0
"""Pseudo-counts of a pass and of a failure: nothing is known of a task at first."""
DECAY = 0.97
"""What evidence is worth one policy version later."""
LEAST_WEIGHT = 0.001
"""No task is given up for ever."""
NUM_TRIES = 8
"""How often a draw is repeated when its task was drawn just before."""
SERIES_LIMIT = 300
PRECISION = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Passes and failures, as much as they are worth at a version."""

    passed: float
    failed: float
    version: int

    def at(self, version: int) -> "Evidence":
        """Return it as it is worth at a later version."""
        worth = DECAY ** max(0, version - self.version)
        return Evidence(
            passed=self.passed * worth,
            failed=self.failed * worth,
            version=max(version, self.version),
        )


@dataclass(slots=True, kw_only=True)
class PassRates:
    """What is known of all tasks. The order in which it came to be known does not matter."""

    evidence: dict[str, Evidence] = field(default_factory=dict[str, Evidence])
    version: int = 0
    """The newest that anything is known of."""

    def add(self, task_id: str, rewards: Sequence[float], version: int) -> None:
        """Take in scored rewards of one task; a reward between 0 and 1 counts as both."""
        self.version = max(self.version, version)
        known = self.evidence.get(task_id, Evidence(passed=0.0, failed=0.0, version=version))
        newest = max(version, known.version)
        won = sum(rewards)
        new = Evidence(passed=won, failed=len(rewards) - won, version=version).at(newest)
        old = known.at(newest)
        self.evidence[task_id] = Evidence(
            passed=old.passed + new.passed, failed=old.failed + new.failed, version=newest
        )

    def weights(self, task_ids: Sequence[str]) -> list[float]:
        """Return how much each task is worth drawing, at the newest version."""
        unknown = weight(PRIOR, PRIOR)
        found: list[float] = []
        for task_id in task_ids:
            known = self.evidence.get(task_id)
            if known is None:
                found.append(unknown)
                continue
            now = known.at(self.version)
            found.append(weight(PRIOR + now.passed, PRIOR + now.failed))
        return found


def weight(passed: float, failed: float) -> float:
    """Return the square of the mass in the frontier band times the mean of 4 p (1 - p).

    Squared, because tasks at the frontier are few among many that are far from it.
    """
    low, high = FRONTIER
    mass = beta_mass(high, passed, failed) - beta_mass(low, passed, failed)
    total = passed + failed
    variance = 4.0 * passed * failed / (total * (total + 1.0))
    return max(LEAST_WEIGHT, (mass * variance) ** 2)


def frontier_draws(
    task_ids: Sequence[str], weights: Sequence[float], seed: int, draws: Sequence[int]
) -> Mapping[int, str]:
    """Return the task of each draw; what was drawn just before is avoided where that is easy."""
    assert task_ids
    sums = list(accumulate(weights))
    taken: set[str] = set()
    chosen: dict[int, str] = {}
    for draw in draws:
        rng = seeded(seed, "frontier", draw)
        tries = (rng.choices(task_ids, cum_weights=sums)[0] for _ in range(NUM_TRIES))
        fresh = next((task_id for task_id in tries if task_id not in taken), None)
        chosen[draw] = fresh or rng.choices(task_ids, cum_weights=sums)[0]
        taken.add(chosen[draw])
    return chosen


def beta_mass(x: float, a: float, b: float) -> float:
    """Return the share of a Beta(a, b) distribution that lies below x."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function, evaluated from the front."""
    above, below = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = below
    for index in range(1, SERIES_LIMIT):
        even = index * (b - index) * x / ((a + 2 * index - 1) * (a + 2 * index))
        odd = -(a + index) * (a + b + index) * x / ((a + 2 * index) * (a + 2 * index + 1))
        for term in (even, odd):
            below = 1.0 / (1.0 + term * below)
            above = 1.0 + term / above
            value *= above * below
        if abs(above * below - 1.0) < PRECISION:
            break
    return value
