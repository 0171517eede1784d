"""The cascade: checks on a draft, cheap before dear, until one fails or it is a task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.leaks import leak
from seawright_environment.core.mutants import Trial
from seawright_environment.core.selftest import run_selftest
from seawright_environment.core.selftest_scripts import gold_script
from seawright_environment.core.task_checks_candidate import Candidate, Finding, without_ids
from seawright_environment.core.task_checks_compiling import compile_task, misworded
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, Task
from seawright_shared.records.verdicts import Attribution, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a draft. The task is None where a check rejected it."""

    task: Task | None
    verdicts: list[Verdict]
    failed_goal: int | None = None
    repaired: str = ""
    """What was mended before it passed; empty: nothing."""
    draft: Draft | None = None
    """The mended draft, where one was."""


def _schema(candidate: Candidate) -> Finding | None:
    draft = candidate.draft
    if draft.customer_id not in candidate.author.customers(candidate.start.view):
        return Finding(failure_class="schema:unknown customer", rationale="unknown customer")
    flaw = candidate.author.flaw(draft)
    return Finding(failure_class=f"schema:{flaw}", rationale=flaw) if flaw else None


def _execution(candidate: Candidate) -> Finding | None:
    return candidate.refusal


def _policy(candidate: Candidate) -> Finding | None:
    goals = candidate.draft.goals
    for index, goal in enumerate(goals[: len(candidate.worlds)]):
        view = candidate.worlds[index].view
        said = candidate.author.objection(view, candidate.draft.customer_id, goals[:index], goal)
        if said:
            return Finding(failure_class=f"policy:{said}", rationale=said, goal=index)
    return None


def _effect(candidate: Candidate) -> Finding | None:
    if candidate.refusal is not None:
        return candidate.refusal
    writes = [index for index, calls in enumerate(candidate.calls) if calls]
    for index in writes:
        if candidate.changes_nothing(index):
            why = "the write changes nothing"
            return Finding(failure_class="effect:no change", rationale=why, goal=index)
    for index in writes:
        why = candidate.ailment(index)
        if why:
            return Finding(failure_class=f"effect:{why}", rationale=why, goal=index)
    if sum(map(len, candidate.calls)) < 2:
        return None
    for index in writes:
        if candidate.is_dispensable(index):
            why = "the end is the same without this write"
            return Finding(failure_class="effect:not minimal", rationale=why, goal=index)
    return None


def _reference(candidate: Candidate) -> Finding | None:
    if candidate.refusal is not None:
        return candidate.refusal
    for index, goal in enumerate(candidate.draft.goals):
        why = candidate.author.ambiguity(candidate.start.view, candidate.draft, goal)
        if why:
            kind = without_ids(why.split(":")[0])
            return Finding(failure_class=f"reference:{kind}", rationale=why, goal=index)
    calls = [call for calls in candidate.calls for call in calls]
    why = leak(candidate.draft, calls, candidate.composition)
    return Finding(failure_class=f"reference:{why}", rationale=why) if why else None


CHECKS: Mapping[str, Callable[[Candidate], Finding | None]] = {
    "schema": _schema,
    "execution": _execution,
    "policy": _policy,
    "effect": _effect,
    "reference": _reference,
}
"""The checks on a draft itself; `selftest` follows on the compiled task."""


def check_draft(
    candidate: Candidate,
    checks: Sequence[CheckConfig],
    *,
    min_kill: float,
    clock: Callable[[], float],
) -> Checked:
    """Run the enabled checks in their order; compile what passes, and self-test it if asked.

    The schema is a condition of every other check: what breaks it is rejected in any case.
    """
    verdicts: list[Verdict] = []
    flaw = _schema(candidate)
    if flaw:
        return Checked(task=None, verdicts=[_verdict("schema", flaw, 0.0)])
    for check in checks:
        if not check.enabled or check.id not in CHECKS:
            continue
        began = clock()
        finding = CHECKS[check.id](candidate)
        verdicts.append(_verdict(check.id, finding, clock() - began))
        if finding and check.on_fail != "flag":
            return Checked(task=None, verdicts=verdicts, failed_goal=finding.goal)
    # Whatever else is switched off, what cannot be executed or put into words is no task.
    finding = candidate.refusal
    if finding:
        verdicts.append(_verdict("execution", finding, 0.0))
        return Checked(task=None, verdicts=verdicts, failed_goal=finding.goal)
    finding = misworded(candidate)
    if finding:
        verdicts.append(_verdict("wording", finding, 0.0))
        return Checked(task=None, verdicts=verdicts)
    task = compile_task(candidate)
    config = next((check for check in checks if check.id == "selftest" and check.enabled), None)
    if config is None:
        return Checked(task=task, verdicts=verdicts)
    began = clock()
    task = _tested(candidate, task, min_kill, clock)
    verdicts.append(_selftest_verdict(task, clock() - began))
    is_kept = verdicts[-1].ok or config.on_fail == "flag"
    return Checked(task=task if is_kept else None, verdicts=verdicts)


def _tested(candidate: Candidate, task: Task, min_kill: float, clock: Callable[[], float]) -> Task:
    assert task.checker is not None
    trial = Trial(
        task=task, script=gold_script(task), start=candidate.start, author=candidate.author
    )
    selftest = run_selftest(trial, task.checker, min_kill=min_kill, clock=clock)
    return task.model_copy(update={"selftest": selftest})


def _verdict(stage: str, finding: Finding | None, seconds: float) -> Verdict:
    return Verdict(
        subject="task",
        ok=finding is None,
        stage=stage,
        failure_class=finding.failure_class if finding else "",
        rationale=finding.rationale if finding else "",
        attribution=Attribution.TASK if finding else None,
        milliseconds=seconds * 1000,
    )


def _selftest_verdict(task: Task, seconds: float) -> Verdict:
    assert task.selftest is not None
    failures = task.selftest.failures
    point = failures[0].split(":")[0] if failures else ""
    return Verdict(
        subject="task",
        ok=task.selftest.ok,
        stage="selftest",
        failure_class=f"selftest:{point}" if failures else "",
        rationale="; ".join(failures[:3]),
        attribution=Attribution.CHECKER if failures else None,
        milliseconds=seconds * 1000,
    )
