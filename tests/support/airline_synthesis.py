"""Drafts and accepted tasks of a generated airline, made once for a whole test run."""

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
from tests.support.synthesis import CHECKS

CARRIER = DatabaseRef(domain="airline", source="seed", seed=5, num_customers=300)
AUTHOR = AUTHORS["airline"]


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
        num_goals=num_goals or {1: 0.7, 2: 0.3},
        disclosures={"upfront": 1, "on_ask": 1},
        references={"id": 1, "item": 1, "status": 1},
        personas=["plain", "brief", "polite"],
        contrast_rate=contrast_rate,
    )


@lru_cache(maxsize=1)
def airline() -> Base:
    return Databases(DOMAINS).load(CARRIER)


@lru_cache(maxsize=4)
def drawn(num: int, seed: int, contrast_rate: float = 0.0) -> tuple[Draft, ...]:
    wanted = order(num, seed=seed, contrast_rate=contrast_rate)
    return tuple(draw_drafts(wanted, AUTHOR, World.open(airline()).view))


def check(draft: Draft, checks: list[CheckConfig] | None = None) -> Checked:
    candidate = Candidate(draft=draft, base=airline(), author=AUTHOR)
    return check_draft(
        candidate, CHECKS if checks is None else checks, min_kill=0.95, clock=time.perf_counter
    )


@lru_cache(maxsize=1)
def naive() -> tuple[tuple[Draft, Checked], ...]:
    """Return drafts as they are drawn before anything was learned, with what came of them."""
    return tuple((draft, check(draft)) for draft in drawn(1600, 14))


@lru_cache(maxsize=1)
def accepted() -> tuple[Task, ...]:
    """Return about 300 accepted tasks, some of them halves of contrast pairs."""
    outcomes = [outcome for _, outcome in naive()]
    outcomes += [check(draft) for draft in drawn(260, 15, 1.0)]
    return tuple(outcome.task for outcome in outcomes if outcome.task)
