"""The wire of re-verification: stored episodes, judged again by the environment of today."""

from typing import Literal

from seawright_shared.records.base import Record, Request
from seawright_shared.records.verdicts import Verdict


class ReverificationRequest(Request):
    """POST /v1/reverifications?limit=&cursor=: a page of the episodes of a run or a task."""

    run_id: str | None = None
    task_id: str | None = None


class Reverification(Record):
    """POST /v1/episodes/{id}/reverify: what was judged then, and what is now."""

    episode_id: str
    outcome: Literal["same", "changed", "skipped", "failed"]
    """skipped: there is nothing to judge; failed: there is no verdict now."""
    reason: str = ""
    """Why it was skipped or failed, or what changed."""
    stored: Verdict | None = None
    now: Verdict | None = None


class ReverificationPage(Record):
    """One page, in the order of the episodes' storing."""

    data: list[Reverification]
    num_same: int
    num_changed: int
    num_skipped: int
    num_failed: int
    next_cursor: str | None = None
    has_more: bool = False
