"""Criteria that can never be met, are met by anything, or count for nothing."""

from collections.abc import Iterator

from seawright_environment.core.audits.agents import transfer_call
from seawright_environment.core.audits.subjects import GREETING, Subject
from seawright_shared.records.audits import AuditFinding, Severity

SHORT = 2
"""A text of so few characters is found in most messages that name a number."""


def criteria_findings(subject: Subject) -> Iterator[AuditFinding]:
    """Yield what is wrong with the criteria of a task."""
    if subject.parts.evaluation_criteria is None:
        yield _finding(subject, "no-criteria", "error", "every episode is rewarded")
        return
    if not subject.criteria.reward_basis:
        why = "the reward basis is empty: every episode is rewarded"
        yield _finding(subject, "no-criteria", "error", why, "reward_basis")
    yield from _communication(subject)
    yield from _actions(subject)
    yield from _state(subject)
    yield from _assertions(subject)
    yield from _unscored(subject)


def _communication(subject: Subject) -> Iterator[AuditFinding]:
    is_scored = "COMMUNICATE" in subject.criteria.reward_basis
    for index, info in enumerate(subject.criteria.communicate_info or ()):
        where = ("communicate_info", index)
        if "," in info:
            why = f"{info!r} holds a comma, which is taken out of what the agent says: never met"
            severity: Severity = "error" if is_scored else "note"
            yield _finding(subject, "info-never-met", severity, why, *where)
        elif not info.strip() or info.lower() in GREETING.lower():
            why = f"{info!r} is met by the greeting"
            yield _finding(subject, "info-always-met", "warning", why, *where)
        elif len(info.strip()) <= SHORT and is_scored:
            why = f"{info!r} is met by any message that holds these characters, as part of a word"
            yield _finding(subject, "info-too-short", "note", why, *where)


def _actions(subject: Subject) -> Iterator[AuditFinding]:
    if "ACTION" not in subject.criteria.reward_basis:
        return
    if not subject.criteria.actions:
        why = "ACTION is in the basis, but there is no action"
        yield _finding(subject, "basis-without-criteria", "warning", why, "reward_basis")
    for index, action in enumerate(subject.criteria.actions or ()):
        unknown = [key for key in action.compare_args or () if key not in action.arguments]
        if unknown:
            why = f"compare_args names {', '.join(unknown)}, which {action.name} has not here"
            where = ("actions", index, "compare_args")
            yield _finding(subject, "compares-nothing", "warning", why, *where)


def _state(subject: Subject) -> Iterator[AuditFinding]:
    basis = subject.criteria.reward_basis
    if "DB" not in basis and subject.writes:
        names = ", ".join(dict.fromkeys(step.call.name for step in subject.writes))
        why = f"gold writes ({names}), but the final state is not compared: DB is not in the basis"
        yield _finding(subject, "state-not-compared", "warning", why, "reward_basis")
    if "ENV_ASSERTION" in basis and not subject.criteria.env_assertions:
        why = "ENV_ASSERTION is in the basis, but there is no assertion"
        yield _finding(subject, "basis-without-criteria", "warning", why, "reward_basis")


def _assertions(subject: Subject) -> Iterator[AuditFinding]:
    fault = subject.idle_episode.fault
    if fault is not None:
        why = f"an episode that does nothing is dropped as a fault instead of failing: {fault}"
        yield _finding(subject, "assertion-raises", "warning", why, "env_assertions")
    met = subject.idle_episode.evaluation.env_assertions_met or ()
    if not met:
        return
    assertions = subject.criteria.env_assertions or ()
    for index, (assertion, is_met) in enumerate(zip(assertions, met, strict=True)):
        if is_met:
            why = f"{assertion.func_name} holds at the start already"
            yield _finding(subject, "assertion-met-at-start", "note", why, "env_assertions", index)


def _unscored(subject: Subject) -> Iterator[AuditFinding]:
    criteria, basis = subject.criteria, subject.criteria.reward_basis
    if criteria.nl_assertions and "NL_ASSERTION" not in basis:
        why = "natural-language assertions are stated, but not in the basis"
        yield _finding(subject, "criterion-not-scored", "note", why, "nl_assertions")
    if criteria.communicate_info and "COMMUNICATE" not in basis:
        why = "information to tell is stated, but COMMUNICATE is not in the basis"
        yield _finding(subject, "criterion-not-scored", "note", why, "communicate_info")
    if criteria.env_assertions and "ENV_ASSERTION" not in basis:
        why = "environment assertions are stated, but not in the basis"
        yield _finding(subject, "criterion-not-scored", "note", why, "env_assertions")
    if "NL_ASSERTION" in basis and not criteria.nl_assertions:
        why = "NL_ASSERTION is in the basis, but nothing is asserted: always met"
        yield _finding(subject, "basis-without-criteria", "note", why, "reward_basis")
    yield from _transfer(subject)
    if subject.has_unjudged:
        why = "the reward depends on a judge of natural language, here counted as met"
        yield _finding(subject, "needs-judge", "note", why, "nl_assertions")


def _transfer(subject: Subject) -> Iterator[AuditFinding]:
    away = transfer_call(subject.base.content)
    if away is None or "ACTION" in subject.criteria.reward_basis:
        return
    for step in subject.steps:
        if step.call.name == away.name:
            why = "gold transfers to a person, but an episode that does not is rewarded too"
            yield _finding(subject, "transfer-not-scored", "warning", why, "actions", step.index)
            return


def _finding(
    subject: Subject, code: str, severity: Severity, detail: str, *where: str | int
) -> AuditFinding:
    return AuditFinding(
        code=code,
        severity=severity,
        pointer=subject.pointer("evaluation_criteria", *where),
        detail=detail,
        task_id=subject.id,
    )
