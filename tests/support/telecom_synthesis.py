"""Drafts and accepted tasks of a generated carrier, made once for a whole test run."""

import time
from collections.abc import Mapping
from functools import lru_cache

from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import DraftOrder
from seawright_environment.core.task_checks import Checked, check_draft
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.world import Base, World
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, Task

CARRIER = DatabaseRef(domain="telecom", source="seed", seed=5, num_customers=300)
AUTHOR = AUTHORS["telecom"]
CHECKS = [
    CheckConfig(id="schema"),
    CheckConfig(id="execution"),
    CheckConfig(id="policy"),
    CheckConfig(id="effect"),
    CheckConfig(id="reference"),
    CheckConfig(id="selftest"),
]


def order(
    num: int,
    *,
    seed: int = 1,
    goals: Mapping[str, float] | None = None,
    num_goals: Mapping[int, float] | None = None,
    contrast_rate: float = 0.0,
) -> DraftOrder:
    return DraftOrder(
        database=CARRIER,
        seed=seed,
        num=num,
        is_heldout=False,
        holdout_share=0.3,
        goals=goals or dict.fromkeys(AUTHOR.goal_types, 1.0),
        num_goals=num_goals or {1: 0.8, 2: 0.2},
        disclosures={"upfront": 1, "on_ask": 1},
        references={"id": 2, "item": 1, "status": 1},
        personas=["plain", "brief", "polite"],
        contrast_rate=contrast_rate,
    )


@lru_cache(maxsize=1)
def carrier() -> Base:
    return Databases(DOMAINS).load(CARRIER)


def drafts(wanted: DraftOrder) -> list[Draft]:
    return draw_drafts(wanted, AUTHOR, World.open(carrier()).view)


def check(draft: Draft, checks: list[CheckConfig] | None = None) -> Checked:
    candidate = Candidate(draft=draft, base=carrier(), author=AUTHOR)
    return check_draft(
        candidate, CHECKS if checks is None else checks, min_kill=0.95, clock=time.perf_counter
    )


@lru_cache(maxsize=1)
def accepted() -> tuple[Task, ...]:
    """Return at least 200 accepted tasks."""
    wanted = order(2000, seed=14, contrast_rate=0.1)
    outcomes = [check(draft) for draft in drafts(wanted)]
    return tuple(outcome.task for outcome in outcomes if outcome.task)


@lru_cache(maxsize=1)
def troubles() -> tuple[Task, ...]:
    """Return accepted tasks in which something does not work."""
    return tuple(task for task in accepted() if "trouble.num_faults" in task.features)
