"""Measured results: the funnel of an iteration, pass^k of an evaluation."""

from seawright_shared.records.base import Record


class Interval(Record):
    """A point estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class IterationReport(Record):
    """What one iteration of one stream did."""

    stream_id: str
    iteration: int
    plan_id: str
    num_candidates: int
    num_accepted: int
    stages: dict[str, int] = {}
    """Rejected per stage."""
    causes: dict[str, int] = {}
    """Rejected per failure class."""
    attributions: dict[str, int] = {}
    num_sequences: int = 0
    """Different sequences of tool names among the accepted."""
    seconds: float = 0.0

    @property
    def yield_share(self) -> float:
        """Accepted over candidates."""
        return self.num_accepted / max(1, self.num_candidates)


class EvaluationReport(Record):
    """pass^k (all of k trials succeed; tau2-bench's estimator) and pass@k, over tasks."""

    num_tasks: int
    num_episodes: int
    num_excluded: int
    """Episodes that ended in a USER or INFRA fault: not scored."""
    pass_hat: dict[int, Interval]
    pass_at: dict[int, Interval]
    per_task: dict[str, tuple[int, int]] = {}
    """Task id: successes, scored trials."""
