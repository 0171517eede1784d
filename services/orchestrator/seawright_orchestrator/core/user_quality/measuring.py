"""The report of one user: the tallies of all probes, with intervals."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from seawright_orchestrator.core.user_quality.drift import drift
from seawright_orchestrator.core.user_quality.leaks import leaks
from seawright_orchestrator.core.user_quality.probes import Probe, Tally
from seawright_orchestrator.core.user_quality.stops import premature_stops
from seawright_orchestrator.core.user_quality.unknown_facts import unknown_facts
from seawright_orchestrator.core.user_quality.user_tools import user_tools
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.user_quality import (
    Column,
    ErrorRate,
    QualityFinding,
    SlipsFound,
    UserQuality,
)
from seawright_shared.records.verdicts import Attribution

JUDGES: Mapping[Column, Callable[[Probe], Tally]] = {
    "unknown_fact": unknown_facts,
    "premature_stop": premature_stops,
    "user_tool": user_tools,
    "instruction_drift": drift,
    "leak": leaks,
}
NUM_FINDINGS = 5
"""Shown of each column."""
Z = 1.959963984540054
"""Of a two-sided 95 % interval."""


def measured(probes: Sequence[Probe]) -> UserQuality:
    """Return the rates of all columns; probes that a service spoiled are in none of them."""
    sound = [probe for probe in probes if probe.verdict.attribution is not Attribution.INFRA]
    tallies = [(probe, [judge(probe) for judge in JUDGES.values()]) for probe in sound]
    faults = [p for p in sound if p.trajectory.stop_reason is StopReason.USER_ERROR]
    num_wrong = sum(
        any(tally.errors for tally in found) or probe in faults for probe, found in tallies
    )
    refusals = Counter[str]()
    for probe in sound:
        refusals.update(probe.trajectory.user_refusals)
    return UserQuality(
        num_probes=len(sound),
        num_left_out=len(probes) - len(sound),
        num_passed=sum(probe.verdict.reward == 1.0 for probe in sound),
        num_user_faults=len(faults),
        domains=sorted({probe.task.domain for probe in sound}),
        errors=rate(num_wrong, len(sound)),
        columns={column: _rate_of(column, tallies) for column in JUDGES},
        refusals=dict(sorted(refusals.items())),
        slips=_slips(tallies),
        findings=_findings(tallies),
    )


def rate(num_errors: int, num: int) -> ErrorRate:
    """Return a rate with its Wilson score interval, which is right near 0 as well."""
    if num == 0:
        return ErrorRate(num=0, num_errors=0)
    share = num_errors / num
    spread = Z * math.sqrt(share * (1 - share) / num + (Z / num) ** 2 / 4)
    centre, scale = share + Z**2 / num / 2, 1 + Z**2 / num
    return ErrorRate(
        num=num,
        num_errors=num_errors,
        rate=share,
        low=max(0.0, (centre - spread) / scale) if num_errors else 0.0,
        high=min(1.0, (centre + spread) / scale) if num_errors < num else 1.0,
    )


Tallies = Sequence[tuple[Probe, Sequence[Tally]]]


def _rate_of(column: Column, tallies: Tallies) -> ErrorRate:
    own = [tally for _, found in tallies for tally in found if tally.column == column]
    return rate(sum(len(tally.errors) for tally in own), sum(tally.num for tally in own))


def _findings(tallies: Tallies) -> list[QualityFinding]:
    shown: dict[Column, list[QualityFinding]] = defaultdict(list)
    for probe, found in tallies:
        for tally in found:
            for error in tally.errors:
                finding = QualityFinding(
                    column=tally.column,
                    kind=error.kind,
                    episode_id=probe.trajectory.episode_id,
                    task_id=probe.task.id,
                    message=error.message,
                    detail=error.detail[:300],
                )
                shown[tally.column].append(finding)
    return [one for column in JUDGES for one in shown[column][:NUM_FINDINGS]]


def _slips(tallies: Tallies) -> dict[str, SlipsFound]:
    """Return how many of the recorded slips were found where they were made."""
    made, found = Counter[str](), Counter[str]()
    columns: dict[str, Counter[Column]] = defaultdict(Counter)
    for probe, judged in tallies:
        for slip in probe.trajectory.slips:
            if slip.by != "user":
                continue
            made[slip.kind] += 1
            here: set[Column] = {
                t.column for t in judged for e in t.errors if e.message == slip.message
            }
            found[slip.kind] += bool(here)
            columns[slip.kind].update(here)
    return {
        kind: SlipsFound(num_made=made[kind], num_found=found[kind], columns=dict(columns[kind]))
        for kind in sorted(made)
    }
