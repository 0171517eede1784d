"""Measured results: the funnel of an iteration, pass^k of an evaluation."""

from seawright_shared.records.base import Record


class Interval(Record):
    """A point estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class StageUsage(Record):
    """What one stage spent at a model's endpoint."""

    num_calls: int = 0
    num_cached: int = 0
    """Calls answered by the cache: they cost nothing."""
    num_prompt_tokens: int = 0
    num_sampled_tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0
    failures: dict[str, int] = {}
    """Questions without an answer, by why: refused, truncated, timeout, malformed, ..."""


class JudgeScore(Record):
    """How often a judge of trajectories said what replay says, over a stream's life."""

    num_right_good: int = 0
    num_right_bad: int = 0
    num_false_alarms: int = 0
    """Said bad, was good."""
    num_missed: int = 0
    """Said good, was bad."""

    @property
    def num(self) -> int:
        """Cases that replay decided."""
        return self.num_right_good + self.num_right_bad + self.num_false_alarms + self.num_missed

    @property
    def agreement(self) -> float:
        """Share of the cases judged as replay does."""
        return (self.num_right_good + self.num_right_bad) / max(1, self.num)

    @property
    def precision(self) -> float:
        """Share of those called bad that are."""
        return self.num_right_bad / max(1, self.num_right_bad + self.num_false_alarms)

    @property
    def recall(self) -> float:
        """Share of the bad ones that were called so."""
        return self.num_right_bad / max(1, self.num_right_bad + self.num_missed)


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
    mixed_yield: float | None = None
    """The yield at the first plan's mix of goals, without probes: comparable over iterations."""
    routes: dict[str, int] = {}
    """Episodes and candidates by where their attribution sent them, as in `reroll`."""
    num_drawn: int = 0
    num_repaired: int = 0
    """Accepted tasks whose draft was mended on the way; see `SynthesisSpec.repair`."""
    num_held_back: int = 0
    """Draws that the plan's rules held back."""
    num_probes: int = 0
    cells: dict[str, int] = {}
    """Accepted per cell of the coverage grid: `goal|outcome|tier|disclosure`."""
    usage: dict[str, StageUsage] = {}
    """By stage; empty where no model was asked."""
    judges: dict[str, JudgeScore] = {}
    """Up to this iteration; empty where nobody judged."""

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
