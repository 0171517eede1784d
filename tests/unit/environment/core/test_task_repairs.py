"""Laws of repair before reject: bounded, deterministic, told, and nothing passes unchecked."""

import time
from functools import lru_cache

from seawright_environment.core.task_checks import Checked
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.task_repairs import DROPPED, NAMED_BY_ID, check_or_mend
from seawright_environment.domains import MENDERS
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft
from tests.support.synthesis import AUTHOR, CHECKS, check, drafts, order, shop

MENDING = [
    config
    if config.id in {"schema", "selftest"}
    else config.model_copy(update={"on_fail": "repair"})
    for config in CHECKS
]


def mended(draft: Draft, checks: list[CheckConfig] = MENDING) -> Checked:
    candidate = Candidate(draft=draft, base=shop(), author=AUTHOR)
    return check_or_mend(
        candidate, checks, MENDERS["retail"], min_kill=0.95, clock=time.perf_counter
    )


@lru_cache(maxsize=1)
def outcomes() -> list[tuple[Draft, Checked]]:
    return [(draft, mended(draft)) for draft in drafts(order(400, seed=41))]


def test_what_is_mended_passes_the_whole_cascade_as_it_is():
    found = [checked for _, checked in outcomes() if checked.repaired]
    assert len(found) >= 100
    for checked in found:
        assert checked.task is not None
        assert checked.draft is not None
        again = check(checked.draft)
        assert again.task == checked.task


def test_at_most_two_things_are_mended_and_each_is_told():
    told = [checked.repaired.split("; ") for _, checked in outcomes() if checked.repaired]
    assert max(map(len, told)) == 2
    assert {DROPPED, NAMED_BY_ID, "another order", "another payment method"} <= {
        one for each in told for one in each
    }


def test_more_drafts_become_tasks_and_none_that_passed_is_touched():
    plain = [check(draft) for draft, _ in outcomes()]
    assert sum(one.task is not None for _, one in outcomes()) > 2 * sum(
        one.task is not None for one in plain
    )
    for one, (_, other) in zip(plain, outcomes(), strict=True):
        if one.task is not None:
            assert other.task == one.task
            assert not other.repaired
            assert other.draft is None


def test_what_cannot_be_mended_is_rejected_for_its_own_reason():
    for draft, checked in outcomes():
        if checked.task is None:
            own = check(draft)
            assert [verdict.failure_class for verdict in checked.verdicts] == [
                verdict.failure_class for verdict in own.verdicts
            ]


def test_the_same_draft_is_mended_in_the_same_way():
    for draft, checked in outcomes()[:60]:
        assert mended(draft).task == checked.task


def test_nothing_is_mended_where_no_check_says_so():
    for draft, _ in outcomes()[:60]:
        assert not mended(draft, CHECKS).repaired


def test_a_check_that_rejects_is_not_mended_though_others_are():
    only = [
        config.model_copy(update={"on_fail": "reject"}) if config.id == "execution" else config
        for config in MENDING
    ]
    for draft, _ in outcomes()[:150]:
        stage = check(draft).verdicts[-1].stage
        if stage == "execution":
            assert mended(draft, only).task is None


def test_halves_of_contrast_pairs_are_never_mended():
    for draft, checked in outcomes():
        if checked.repaired:
            half = draft.model_copy(update={"pair": "pair_1"})
            assert not mended(half).repaired
