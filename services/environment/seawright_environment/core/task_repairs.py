"""Repair before reject: a draft that a check stopped is mended in one thing, and tried again."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from seawright_environment.core.drafting import View
from seawright_environment.core.task_checks import CHECKS, Checked, check_draft
from seawright_environment.core.task_checks_candidate import Candidate, Finding
from seawright_environment.core.world import World
from seawright_shared.records.base import Scalar, content_id
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, DraftGoal

MAX_REPAIRS = 2
"""Things that are mended in one draft."""
MAX_OPTIONS = 24
"""Ways to mend one thing that are tried."""
NAMED_BY_ID = "the customer names it by its id"
DROPPED = "a wish is left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A goal with one thing bound anew, and which."""

    what: str
    goal: DraftGoal


class Mender(Protocol):
    """A domain's way to bind one thing of a goal anew."""

    def mended(self, view: View, draft: Draft, index: int, draw: random.Random) -> Iterator[Mend]:
        """Yield one of a draft's goals with one thing bound anew, likely ones first.

        `view` is the database as drafts are drawn from it.
        """
        ...

    def around(
        self, view: View, draft: Draft, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> Mapping[str, Scalar]:
        """Return what a goal's features tell of the goals before it, where that is the domain's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A draft with one thing mended, and which."""

    what: str
    draft: Draft


def check_or_mend(
    candidate: Candidate,
    checks: Sequence[CheckConfig],
    mender: Mender | None,
    *,
    min_kill: float,
    clock: Callable[[], float],
) -> Checked:
    """Check a draft; where a check that repairs stops it, mend it at most twice and check again.

    What is mended passes the whole cascade. A draft that cannot be mended keeps its own verdicts.
    Halves of contrast pairs are never mended: they would no longer say the same.
    """
    first = check_draft(candidate, checks, min_kill=min_kill, clock=clock)
    repairing = {check.id for check in checks if check.enabled and check.on_fail == "repair"}
    if not repairing or candidate.draft.pair is not None:
        return first
    last, now, done = first, candidate, list[str]()
    while last.task is None and len(done) < MAX_REPAIRS and last.verdicts[-1].stage in repairing:
        found = _best(now, last, checks, mender)
        if found is None:
            return first
        done.append(found.what)
        now = Candidate(draft=found.draft, base=candidate.base, author=candidate.author)
        last = check_draft(now, checks, min_kill=min_kill, clock=clock)
    if last.task is None or not done:
        return first
    return replace(last, repaired="; ".join(done), draft=now.draft)


def _best(
    candidate: Candidate, last: Checked, checks: Sequence[CheckConfig], mender: Mender | None
) -> Option | None:
    """Return the first option that passes all bare checks, else the first that gets further."""
    reached = _progress(candidate, checks)
    further: Option | None = None
    for number, option in enumerate(_options(candidate, last, mender)):
        if number == MAX_OPTIONS:
            break
        mended = Candidate(draft=option.draft, base=candidate.base, author=candidate.author)
        progress = _progress(mended, checks)
        if progress is None:
            return option
        if reached is not None and progress > reached and further is None:
            further = option
    return further


def _progress(candidate: Candidate, checks: Sequence[CheckConfig]) -> tuple[int, int] | None:
    """Return how far a draft gets: the check that stops it, and at which goal; None: nothing."""
    for place, check in enumerate(checks):
        if not check.enabled or check.id not in CHECKS:
            continue
        finding = CHECKS[check.id](candidate)
        if finding is not None and check.on_fail != "flag":
            return place, _goal_of(finding)
    return None


def _goal_of(finding: Finding) -> int:
    return finding.goal if finding.goal is not None else 0


def _options(candidate: Candidate, last: Checked, mender: Mender | None) -> Iterator[Option]:
    """Yield what may help, the smallest change first."""
    draft, index = candidate.draft, last.failed_goal
    stage = last.verdicts[-1].stage
    if stage == "reference" and draft.reference != "id":
        yield Option(what=NAMED_BY_ID, draft=_stamped(draft, {"reference": "id"}))
    if index is None:
        return
    if mender is not None and draft.goals[index : index + 1]:
        view = World.open(candidate.base).view
        # Reproducible by the draft; nothing secret depends on it.
        draw = random.Random(f"mend:{draft.id}:{index}")  # noqa: S311
        for mend in mender.mended(view, draft, index, draw):
            if mend.goal.arguments != draft.goals[index].arguments:
                goals = [*draft.goals[:index], mend.goal, *draft.goals[index + 1 :]]
                yield Option(what=mend.what, draft=_with_goals(candidate, goals, mender))
    if len(draft.goals) > 1:
        goals = [goal for place, goal in enumerate(draft.goals) if place != index]
        yield Option(what=DROPPED, draft=_with_goals(candidate, goals, mender))


def _with_goals(candidate: Candidate, goals: Sequence[DraftGoal], mender: Mender | None) -> Draft:
    """Return the draft with other goals, and with the start that these need.

    A start that is not what its author prepares (a model's, say) is kept.
    """
    draft = candidate.draft
    changed: dict[str, object] = {"goals": _again(candidate, goals, mender)}
    if _prepared(candidate, draft.goals) == _start_of(draft):
        changed |= _prepared(candidate, goals)
    return _stamped(draft, changed)


def _prepared(candidate: Candidate, goals: Sequence[DraftGoal]) -> dict[str, object]:
    draft = candidate.draft
    draw = random.Random(f"prepare:{draft.seed}")  # noqa: S311 - reproducible, no secret
    view = World.open(candidate.base).view
    made = candidate.author.prepare(view, draft.customer_id, goals, draw)
    return {"initial_patch": list(made.patch), "initial_calls": list(made.calls)}


def _start_of(draft: Draft) -> dict[str, object]:
    return {"initial_patch": draft.initial_patch, "initial_calls": draft.initial_calls}


def _again(
    candidate: Candidate, goals: Sequence[DraftGoal], mender: Mender | None
) -> list[DraftGoal]:
    """Return the goals with the features that tell of their neighbours."""
    result: list[DraftGoal] = []
    view = World.open(candidate.base).view
    for place, goal in enumerate(goals):
        previous = [one.type for one in goals[:place] if one.entity == goal.entity]
        told: dict[str, Scalar] = {
            "prev_tool": previous[-1] if previous else "none",
            "is_last": place == len(goals) - 1,
        }
        if mender is not None:
            told |= mender.around(view, candidate.draft, goals[:place], goal)
        known = {name: value for name, value in told.items() if name in goal.features}
        result.append(goal.model_copy(update={"features": {**goal.features, **known}}))
    return result


def _stamped(draft: Draft, changed: dict[str, object]) -> Draft:
    mended = draft.model_copy(update={**changed, "id": ""})
    return mended.model_copy(update={"id": content_id("draft", mended)})
