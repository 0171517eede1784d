"""Probation of rules: probes that a rule would have held back show whether it is right."""

from collections import defaultdict
from collections.abc import Sequence

from seawright_orchestrator.core.synthesis.rules import violates
from seawright_orchestrator.core.synthesis.state import CandidateOutcome
from seawright_shared.records.plans import Rule

MIN_PROBES = 4
"""One lucky probe once retired a right rule and cost a fifth of the yield."""
RETIRE_SHARE = 0.4


def probed(rules: Sequence[Rule], outcomes: Sequence[CandidateOutcome]) -> list[Rule]:
    """Return the rules with the outcomes' probes counted, refuted ones retired."""
    results: dict[str, list[bool]] = defaultdict(list)
    by_id = {rule.id: rule for rule in rules}
    for outcome in outcomes:
        rule = by_id.get(outcome.probe) if outcome.probe else None
        succeeded = _succeeded(rule, outcome) if rule else None
        if rule and succeeded is not None:
            results[rule.id].append(succeeded)
    return [_counted(rule, results.get(rule.id, [])) for rule in rules]


def _succeeded(rule: Rule, outcome: CandidateOutcome) -> bool | None:
    """Return whether the held-back goal held after all; None where something else failed.

    A goal before the failing one has not seen the later checks: that it held is not known.
    """
    if outcome.accepted:
        return True
    if outcome.failed_goal is None:
        return None
    return None if not violates(rule, outcome.goals[outcome.failed_goal]) else False


def _counted(rule: Rule, results: Sequence[bool]) -> Rule:
    if not results:
        return rule
    probes = rule.probes + len(results)
    successes = rule.probe_successes + sum(results)
    refuted = probes >= MIN_PROBES and successes >= RETIRE_SHARE * probes
    status = "retired" if refuted else rule.status
    return rule.model_copy(
        update={"probes": probes, "probe_successes": successes, "status": status}
    )
