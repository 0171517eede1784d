"""Verdicts: what a check said of a task or a trajectory, and whom it blames."""

from enum import StrEnum
from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record


class Attribution(StrEnum):
    """Who caused a failure; it decides the routing (DESIGN 13)."""

    TASK = "TASK"
    USER = "USER"
    AGENT = "AGENT"
    ENV = "ENV"
    CHECKER = "CHECKER"
    JUDGE = "JUDGE"
    INFRA = "INFRA"


class Check(Record):
    """One named must of a verdict."""

    id: str
    ok: bool
    why: str = ""


class Verdict(Record):
    """The result of verifying one task or one trajectory."""

    subject: Literal["task", "trajectory"]
    ok: bool
    stage: str
    """The check or stage that decided, as in `execution`, `policy`, `checker`."""
    failure_class: str = ""
    """A short stable class, as in `exec:Non-pending order cannot be cancelled`."""
    rationale: str = ""
    checks: list[Check] = []
    evidence: list[dict[str, JsonValue]] = []
    attribution: Attribution | None = None
    reward: float | None = None
    """Reward of a trajectory, in [0, 1]; None where it must not become one."""
    final_state_hash: str | None = None
    milliseconds: float = 0.0
