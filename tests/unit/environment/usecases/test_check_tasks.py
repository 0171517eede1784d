"""Laws of checking tasks: what is decided does not depend on how busy the machine is."""

import itertools
import time
from collections.abc import Callable

from seawright_environment.core.databases import Databases
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_environment.usecases.check_tasks import CheckTasks
from seawright_shared.records.tasks import Draft
from tests.support.synthesis import CHECKS, check, drafts, order


def accepted() -> Draft:
    return next(draft for draft in drafts(order(200, seed=14)) if check(draft).task)


def failures(clock: Callable[[], float]) -> list[str]:
    verify = CheckTasks(Databases(DOMAINS), AUTHORS, clock=clock)
    (checked,) = verify([accepted()], CHECKS, min_kill=0.95)
    return [verdict.rationale for verdict in checked.verdicts if not verdict.ok]


def test_a_checker_that_works_for_a_second_is_refused():
    ticking = itertools.count()
    assert failures(lambda: float(next(ticking))) == ["latency: p95 of a check is 1000 ms"]


def test_time_in_which_others_had_the_processor_is_not_a_checkers():
    assert CheckTasks(Databases(DOMAINS), AUTHORS).clock is time.thread_time
    assert failures(time.thread_time) == []
