"""Gradings: what tau2-bench's evaluation says now of a run that was recorded elsewhere."""

from pydantic import JsonValue

from seawright_shared.records.base import Record


class Tau2Grading(Record):
    """The grading of one recorded run."""

    run_id: str
    task_id: str
    trial: int | None = None
    termination_reason: str
    recorded_reward: float | None = None
    """What the file says; None: it was not graded."""
    reward: float | None = None
    """None: it could not be graded, and `problem` says why."""
    is_counted: bool = True
    """False for infrastructure errors: pass^k drops them."""
    reward_info: dict[str, JsonValue] | None = None
    """In tau2-bench's own form."""
    num_unjudged: int = 0
    """Natural-language assertions that the reward rests on and that need a judge model: they are
    counted as met."""
    mismatches: list[str] = []
    """Recorded calls that answer differently now; a strict replay refuses such a run."""
    problem: str = ""
