"""How hard tasks are, by the plays that there are of them."""

from collections.abc import Iterable

from seawright_orchestrator.core.attribution import is_fault
from seawright_orchestrator.core.dataset_items import PlayedTask
from seawright_shared.records.datasets import Difficulty

FRONTIER = (0.2, 0.8)
NUM_STEPS = 10
DIGITS = 4


class DifficultyMeter:
    """Takes plays one by one and keeps only counts."""

    def __init__(self) -> None:
        self._scored: dict[str, int] = {}
        self._passed: dict[str, int] = {}
        self._num_turns = 0
        self._num_tool_calls = 0
        self._num_tokens = 0
        self._num_oracle = 0
        self._num_oracle_passed = 0

    def add(self, played: PlayedTask) -> None:
        """Count one play; a fault of the user's or a service's says nothing."""
        trajectory, verdict = played.trajectory, played.verdict
        if is_fault(verdict):
            return
        passed = verdict.reward == 1.0
        self._scored[played.task_id] = self._scored.get(played.task_id, 0) + 1
        self._passed[played.task_id] = self._passed.get(played.task_id, 0) + passed
        self._num_turns += trajectory.usage.num_turns
        self._num_tool_calls += trajectory.usage.num_tool_calls
        self._num_tokens += trajectory.usage.num_sampled_tokens
        if trajectory.agent.kind == "scripted" and not trajectory.slips:
            self._num_oracle += 1
            self._num_oracle_passed += passed

    def figures(self) -> Difficulty:
        """Return what the plays so far tell."""
        rates = [self._passed[task] / num for task, num in sorted(self._scored.items())]
        num_episodes = sum(self._scored.values())
        low, high = FRONTIER
        oracle = self._num_oracle_passed / self._num_oracle if self._num_oracle else None
        return Difficulty(
            num_tasks_played=len(rates),
            num_episodes=num_episodes,
            mean_pass_rate=_mean(sum(rates), len(rates)),
            share_in_band=_mean(sum(low <= rate <= high for rate in rates), len(rates)),
            pass_histogram=_histogram(rates),
            oracle_pass_rate=None if oracle is None else round(oracle, DIGITS),
            mean_turns=_mean(self._num_turns, num_episodes),
            mean_tool_calls=_mean(self._num_tool_calls, num_episodes),
            mean_tokens=_mean(self._num_tokens, num_episodes),
        )


def _mean(total: float, num: int) -> float:
    return round(total / max(1, num), DIGITS)


def _histogram(rates: Iterable[float]) -> list[int]:
    counts = [0] * NUM_STEPS
    for rate in rates:
        counts[min(int(rate * NUM_STEPS), NUM_STEPS - 1)] += 1
    return counts
