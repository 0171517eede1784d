"""Where an attribution sends what failed: one row for each, and nothing decides it elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from seawright_shared.records.verdicts import Attribution

Destination = Literal[
    "reflection",
    "reroll",
    "hard_example",
    "quarantine",
    "environment_defect",
    "retry",
    "recalibration",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is done about a failure with one kind of blame."""

    to: Destination
    keeps_task: bool
    """Whether the task may still be accepted."""
    teaches_plan: bool
    """Whether reflection reads it as evidence against what was drawn."""
    is_counted: bool
    """Whether the candidate stays in the yield."""
    num_rerolls: int = 0
    """More plays with other seeds; the spoilt ones are kept as negatives for the user model."""


ROUTES: Mapping[Attribution, Route] = {
    Attribution.TASK: Route(to="reflection", keeps_task=False, teaches_plan=True, is_counted=True),
    Attribution.USER: Route(
        to="reroll", keeps_task=True, teaches_plan=False, is_counted=True, num_rerolls=2
    ),
    Attribution.AGENT: Route(
        to="hard_example", keeps_task=True, teaches_plan=False, is_counted=True
    ),
    Attribution.CHECKER: Route(
        to="quarantine", keeps_task=False, teaches_plan=False, is_counted=True
    ),
    Attribution.ENV: Route(
        to="environment_defect", keeps_task=False, teaches_plan=False, is_counted=False
    ),
    Attribution.INFRA: Route(to="retry", keeps_task=True, teaches_plan=False, is_counted=False),
    Attribution.JUDGE: Route(
        to="recalibration", keeps_task=True, teaches_plan=False, is_counted=True
    ),
}
