"""Laws of every domain's mender: more becomes tasks, unchecked nothing, and features stay true."""

import random
import time
from functools import lru_cache

import pytest

from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import DraftOrder
from seawright_environment.core.task_checks import Checked, check_draft
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.task_repairs import DROPPED, check_or_mend
from seawright_environment.core.world import Base, World
from seawright_environment.domains import AUTHORS, DOMAINS, MENDERS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, DraftGoal

NAMES = ("airline", "telecom")
NUM = 120
KINDS = {
    "airline": {"another reservation", "other passengers", "another payment method"},
    "telecom": {"another line", "another bill", "something else is wrong"},
}
CHECKS = [
    CheckConfig.model_validate({"id": name, "on_fail": on_fail})
    for name, on_fail in [
        ("schema", "reject"),
        *((name, "repair") for name in ("execution", "policy", "effect", "reference")),
        ("selftest", "reject"),
    ]
]


@lru_cache(maxsize=2)
def base(domain: str) -> Base:
    return Databases(DOMAINS).load(DatabaseRef(domain=domain, seed=5, num_customers=120))


def plain(domain: str, draft: Draft) -> Checked:
    candidate = Candidate(draft=draft, base=base(domain), author=AUTHORS[domain])
    return check_draft(candidate, CHECKS, min_kill=0.95, clock=time.perf_counter)


@lru_cache(maxsize=2)
def outcomes(domain: str) -> list[tuple[Draft, Checked]]:
    author = AUTHORS[domain]
    order = DraftOrder(
        database=base_reference(domain),
        seed=52,
        num=NUM,
        is_heldout=False,
        holdout_share=0.3,
        goals=dict.fromkeys(author.goal_types, 1.0),
        num_goals={1: 0.5, 2: 0.5},
        disclosures={"upfront": 1.0},
        references={"id": 2, "item": 1, "status": 1},
        personas=["plain"],
    )
    found: list[tuple[Draft, Checked]] = []
    for draft in draw_drafts(order, author, World.open(base(domain)).view):
        candidate = Candidate(draft=draft, base=base(domain), author=author)
        found.append(
            (
                draft,
                check_or_mend(
                    candidate, CHECKS, MENDERS[domain], min_kill=0.95, clock=time.perf_counter
                ),
            )
        )
    return found


def base_reference(domain: str) -> DatabaseRef:
    return DatabaseRef(domain=domain, seed=5, num_customers=120)


def mended(domain: str) -> list[Draft]:
    return [checked.draft for _, checked in outcomes(domain) if checked.draft is not None]


@pytest.mark.slow
@pytest.mark.parametrize("domain", NAMES)
def test_three_times_as_many_drafts_become_tasks_and_none_that_passed_is_touched(domain: str):
    found = outcomes(domain)
    before = [plain(domain, draft) for draft, _ in found]
    assert sum(one.task is not None for _, one in found) > 3 * sum(
        one.task is not None for one in before
    )
    for one, (_, other) in zip(before, found, strict=True):
        if one.task is not None:
            assert other.task == one.task
            assert not other.repaired


@pytest.mark.slow
@pytest.mark.parametrize("domain", NAMES)
def test_what_is_mended_passes_the_whole_cascade_as_it_is(domain: str):
    told: set[str] = set()
    for _, checked in outcomes(domain):
        if checked.draft is not None:
            assert plain(domain, checked.draft).task == checked.task
            told.update(checked.repaired.split("; "))
    assert KINDS[domain] | {DROPPED} <= told


@pytest.mark.slow
@pytest.mark.parametrize("domain", NAMES)
def test_a_mended_draft_starts_as_its_author_prepares_it_for_its_goals(domain: str):
    view = World.open(base(domain)).view
    for draft in mended(domain):
        made = AUTHORS[domain].prepare(view, draft.customer_id, draft.goals, random.Random(0))
        assert (draft.initial_patch, draft.initial_calls) == (list(made.patch), list(made.calls))


@pytest.mark.slow
@pytest.mark.parametrize("domain", NAMES)
def test_features_of_a_mended_draft_tell_of_the_goals_that_are_still_there(domain: str):
    view = World.open(base(domain)).view
    for draft in mended(domain):
        for place, goal in enumerate(draft.goals):
            earlier = draft.goals[:place]
            told = MENDERS[domain].around(view, draft, earlier, goal)
            assert told.items() <= goal.features.items()
            assert goal.features["is_last"] == (place == len(draft.goals) - 1)
            assert goal.features["prev_tool"] == _previous(earlier, goal)


def _previous(earlier: list[DraftGoal], goal: DraftGoal) -> str:
    same = [one.type for one in earlier if one.entity == goal.entity]
    return same[-1] if same else "none"
