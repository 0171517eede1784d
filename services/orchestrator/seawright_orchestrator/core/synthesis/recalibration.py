"""Revision of the evaluation plan by what its checks cost and caught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.plans import HYGIENE, stamped_evaluation
from seawright_orchestrator.core.synthesis.state import CheckStats
from seawright_shared.records.plans import CheckConfig, EvaluationPlan

RELATIVE_COST = {"policy": 1.0, "effect": 2.0, "reference": 1.0}
"""Measured once, not at run time: the order must not depend on how busy the machine is."""
EXCHANGEABLE = frozenset(RELATIVE_COST)
"""Checks that need an executed draft and nothing of each other."""
MIN_RUNS = 20
MIN_LATE_FAULTS = 3
LOOSENABLE = frozenset({"reference"})
"""Checks that estimate whether a task can be solved, so that solving it refutes them. The others
state what a task is, or what this project promises of it: they are never loosened."""
MIN_AUDITS = 8
LOOSEN_SHARE = 0.6
MIN_FLAGGED = 10
TIGHTEN_SHARE = 0.2
SETTLED = "settled"
"""Parameter of a check that was loosened and tightened again: it stays as it is from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """The revised plan (the same one where nothing changed) and sentences on what changed."""

    plan: EvaluationPlan
    changes: list[str]


def recalibrate(
    plan: EvaluationPlan, stats: Mapping[str, CheckStats], *, num_late_task_faults: int
) -> Recalibration:
    """Return the plan with checks moved, enabled, loosened or tightened, as the figures say.

    `num_late_task_faults` counts tasks that passed every task check and were then found bad by
    a played episode.
    """
    checks = list(plan.task_checks)
    changes: list[str] = []
    checks = _hygiene_first(checks, stats, changes)
    checks = _cheap_catches_first(checks, stats, changes)
    checks = _late_faults_enable(checks, num_late_task_faults, changes)
    checks = [_loosened(check, stats.get(check.id, CheckStats()), changes) for check in checks]
    checks = [_tightened(check, stats.get(check.id, CheckStats()), changes) for check in checks]
    if not changes:
        return Recalibration(plan=plan, changes=[])
    revised = plan.model_copy(
        update={"version": plan.version + 1, "parent": plan.id, "task_checks": checks}
    )
    return Recalibration(plan=stamped_evaluation(revised), changes=changes)


def names_before_execution(plan: EvaluationPlan) -> set[str]:
    """Return the enabled checks that stand before `execution`."""
    names = [check.id for check in plan.task_checks if check.enabled]
    cut = names.index("execution") if "execution" in names else len(names)
    return set(names[:cut])


def _hygiene_first(
    checks: Sequence[CheckConfig], stats: Mapping[str, CheckStats], changes: list[str]
) -> list[CheckConfig]:
    order = list(checks)
    for name in HYGIENE:
        place = _place(order, name)
        target = _place(order, "execution")
        caught = stats.get(name, CheckStats()).catches
        if place is None or target is None or place < target or not caught:
            continue
        order.insert(target, order.pop(place))
        changes.append(f"{name} moved before execution: it caught {caught} drafts that cost work")
    return order


def _cheap_catches_first(
    checks: Sequence[CheckConfig], stats: Mapping[str, CheckStats], changes: list[str]
) -> list[CheckConfig]:
    places = [index for index, check in enumerate(checks) if check.id in EXCHANGEABLE]
    movable = [checks[index] for index in places]
    if any(stats.get(check.id, CheckStats()).runs < MIN_RUNS for check in movable):
        return list(checks)
    ranked = sorted(movable, key=lambda check: -_catches_per_cost(check.id, stats[check.id]))
    if [check.id for check in ranked] == [check.id for check in movable]:
        return list(checks)
    order = list(checks)
    for index, check in zip(places, ranked, strict=True):
        order[index] = check
    words = ", ".join(check.id for check in ranked)
    changes.append(f"order is now {words}: by catches per cost")
    return order


def _late_faults_enable(
    checks: Sequence[CheckConfig], num_late: int, changes: list[str]
) -> list[CheckConfig]:
    disabled = [check for check in checks if not check.enabled]
    if num_late < MIN_LATE_FAULTS or not disabled:
        return list(checks)
    first = disabled[0]
    changes.append(f"{first.id} enabled: {num_late} bad tasks were found only by playing them")
    return [
        check.model_copy(update={"enabled": True}) if check.id == first.id else check
        for check in checks
    ]


def _loosened(check: CheckConfig, stats: CheckStats, changes: list[str]) -> CheckConfig:
    """Let a check only flag, whose rejects an independent agent solves."""
    is_fixed = check.id not in LOOSENABLE or check.on_fail == "flag" or SETTLED in check.params
    if is_fixed or stats.audits < MIN_AUDITS:
        return check
    if stats.audit_passes < LOOSEN_SHARE * stats.audits:
        return check
    changes.append(
        f"{check.id} flags and no longer rejects: {stats.audit_passes} of {stats.audits} of its "
        "rejects were solved"
    )
    return check.model_copy(update={"on_fail": "flag"})


def _tightened(check: CheckConfig, stats: CheckStats, changes: list[str]) -> CheckConfig:
    """Let a loosened check reject again, whose flagged tasks turned out bad."""
    if check.id not in LOOSENABLE or check.on_fail != "flag" or stats.flagged < MIN_FLAGGED:
        return check
    if stats.flagged_faults < TIGHTEN_SHARE * stats.flagged:
        return check
    changes.append(
        f"{check.id} rejects again: {stats.flagged_faults} of {stats.flagged} tasks that it "
        "flagged were bad"
    )
    params = {**check.params, SETTLED: True}
    return check.model_copy(update={"on_fail": "reject", "params": params})


def _place(checks: Sequence[CheckConfig], name: str) -> int | None:
    found = (index for index, check in enumerate(checks) if check.id == name and check.enabled)
    return next(found, None)


def _catches_per_cost(name: str, stats: CheckStats) -> float:
    return (stats.catches / stats.runs) / RELATIVE_COST[name]
