"""Drafts and accepted tasks of a generated shop, made once for a whole test run."""

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

SHOP = DatabaseRef(domain="retail", source="seed", seed=5, num_customers=200)
AUTHOR = AUTHORS["retail"]
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
    database: DatabaseRef = SHOP,
    goals: Mapping[str, float] | None = None,
    num_goals: Mapping[int, float] | None = None,
    is_heldout: bool = False,
    holdout_share: float = 0.3,
) -> DraftOrder:
    return DraftOrder(
        database=database,
        seed=seed,
        num=num,
        is_heldout=is_heldout,
        holdout_share=holdout_share,
        goals=goals or dict.fromkeys(AUTHOR.goal_types, 1.0),
        num_goals=num_goals or {1: 0.5, 2: 0.3, 3: 0.2},
        disclosures={"upfront": 1, "on_ask": 1},
        references={"id": 2, "item": 1, "status": 1},
        personas=["plain", "brief", "polite"],
    )


@lru_cache(maxsize=1)
def shop() -> Base:
    return Databases(DOMAINS).load(SHOP)


def drafts(wanted: DraftOrder) -> list[Draft]:
    return draw_drafts(wanted, AUTHOR, World.open(shop()).view)


def check(draft: Draft, checks: list[CheckConfig] | None = None) -> Checked:
    candidate = Candidate(draft=draft, base=shop(), author=AUTHOR)
    return check_draft(candidate, checks or CHECKS, min_kill=0.95, clock=time.perf_counter)


@lru_cache(maxsize=1)
def accepted() -> tuple[Task, ...]:
    """Return at least 200 accepted tasks."""
    outcomes = [check(draft) for draft in drafts(order(3000, seed=14))]
    return tuple(outcome.task for outcome in outcomes if outcome.task)


def task_of(goal_type: str) -> Task:
    """Return an accepted task of this one goal."""
    return next(task for task in accepted() if task.goal_types == [goal_type])
