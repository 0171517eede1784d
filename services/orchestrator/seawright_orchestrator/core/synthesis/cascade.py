"""A candidate on its way through the checks, and the checks that need no world."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.identities import draft_key, names_forbidden
from seawright_orchestrator.core.synthesis.sampling import Candidate
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCandidate:
    """A candidate after the cascade: a task, or the verdict that stopped it."""

    candidate: Candidate
    task: Task | None
    verdicts: tuple[Verdict, ...] = ()
    """One per check that ran; the failing one last."""
    failed_goal: int | None = None
    repaired: str = ""
    """What was mended of the candidate's draft before it passed; empty: nothing."""
    is_undecided: bool = False
    """Infrastructure failed for good: the candidate does not count."""

    @property
    def refusal(self) -> Verdict:
        """The verdict that stopped it."""
        assert self.task is None
        return self.verdicts[-1]

    def refused(self, verdict: Verdict, failed_goal: int | None = None) -> "CheckedCandidate":
        """Return this candidate stopped by one more check."""
        return replace(self, task=None, verdicts=(*self.verdicts, verdict), failed_goal=failed_goal)


def blame_of(verdict: Verdict) -> Attribution:
    """Return whom a refused task is blamed on."""
    if verdict.attribution is not None:
        return verdict.attribution
    return Attribution.CHECKER if verdict.stage == "selftest" else Attribution.TASK


def deduplicated(
    checked: Sequence[CheckedCandidate], known: frozenset[str]
) -> list[CheckedCandidate]:
    """Refuse tasks whose wish is known, or comes earlier in the list."""
    seen = set(known)
    result: list[CheckedCandidate] = []
    for one in checked:
        key = draft_key(one.candidate.draft)
        if one.task is None:
            result.append(one)
            continue
        why = "this wish of this customer was accepted before" if key in seen else ""
        seen.add(key)
        result.append(_hygiene(one, "duplicate", why))
    return result


def decontaminated(one: CheckedCandidate, forbidden: frozenset[str]) -> CheckedCandidate:
    """Refuse a task that names what a benchmark names."""
    if one.task is None:
        return one
    named = names_forbidden(one.task, forbidden)
    return _hygiene(one, "contamination", f"the benchmark names {named}" if named else "")


def _hygiene(one: CheckedCandidate, stage: str, why: str) -> CheckedCandidate:
    verdict = Verdict(
        subject="task",
        ok=not why,
        stage=stage,
        failure_class=stage if why else "",
        rationale=why,
        attribution=Attribution.TASK if why else None,
    )
    if why:
        return one.refused(verdict)
    return replace(one, verdicts=(*one.verdicts, verdict))


def noop_capped(checked: Sequence[CheckedCandidate], share: float) -> list[CheckedCandidate]:
    """Keep tasks that an idle agent passes below their share of what is accepted."""
    room = int(share * sum(one.task is not None for one in checked))
    result: list[CheckedCandidate] = []
    for one in checked:
        if one.task is None or not one.task.noop_passable:
            result.append(one)
            continue
        room -= 1
        over = "tasks that an idle agent passes are over their share" if room < 0 else ""
        result.append(_hygiene(one, "noop_share", over))
    return result
