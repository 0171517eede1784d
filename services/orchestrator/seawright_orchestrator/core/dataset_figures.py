"""A version's figures that come from its runs: lineage, funnel, kill matrix, cost, overlaps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from seawright_shared.contracts.orchestrator import RejectedDraft, StreamState, SynthesisRun
from seawright_shared.records.checkers import KillRow, StyleKills
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.datasets import (
    Contamination,
    Cost,
    FunnelRow,
    RunLineage,
    SplitOverlap,
)
from seawright_shared.records.reports import IterationReport, StageUsage
from seawright_shared.records.tasks import Task

NAMED: frozenset[str] = frozenset({"exact", "names"})
"""Overlaps that make a task a benchmark's own."""
DIGITS = 6


def lineage(run: SynthesisRun, streams: Sequence[StreamState]) -> RunLineage:
    """Return where a run's tasks come from."""
    spec = run.spec
    return RunLineage(
        run_id=run.id,
        domain=spec.domain,
        database=spec.database,
        author=spec.author,
        agent=spec.agent.kind if spec.agent.kind == "scripted" else spec.agent.model,
        user=spec.user.kind if spec.user.kind == "scripted" else spec.user.model or "model",
        seed=spec.seed,
        num_streams=spec.num_streams,
        num_iterations=run.num_iterations_done,
        plan_ids=[stream.plans[-1].id for stream in streams if stream.plans],
    )


def reject_rows(rejects: Iterable[RejectedDraft]) -> list[FunnelRow]:
    """Return how many drafts were refused for each reason, most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for reject in rejects:
        counts[reason_of(reject)] += 1
    return [
        FunnelRow(stage=stage, cause=cause, attribution=attribution, num=num)
        for (stage, cause, attribution), num in sorted(
            counts.items(), key=lambda item: (-item[1], item[0])
        )
    ]


def reason_of(reject: RejectedDraft) -> tuple[str, str, str]:
    """Return stage, cause and attribution; an unattributed refusal is the task's own."""
    verdict = reject.verdict
    blamed = "TASK" if verdict.attribution is None else verdict.attribution.value
    return verdict.stage, verdict.failure_class or verdict.stage, blamed


def kill_matrix(tasks: Iterable[Task]) -> list[StyleKills]:
    """Return the mutants and kills of all self-tests, added up by style and operator."""
    totals: dict[tuple[str, str], dict[str, KillRow]] = {}
    for task in tasks:
        if task.selftest is None:
            continue
        own = StyleKills(style="composite", form="spec", kills=task.selftest.kills)
        for style in task.selftest.styles or [own]:
            rows = totals.setdefault((style.style, style.form), {})
            for row in style.kills:
                rows[row.operator] = _added(rows.get(row.operator), row)
    return [
        StyleKills.model_validate(
            {"style": style, "form": form, "kills": [rows[name] for name in sorted(rows)]}
        )
        for (style, form), rows in sorted(totals.items())
    ]


def cost(reports: Sequence[IterationReport], num_accepted: int) -> Cost:
    """Return what was spent, in all and per accepted task."""
    stages: dict[str, StageUsage] = {}
    for report in reports:
        for stage, usage in report.usage.items():
            stages[stage] = _spent(stages.get(stage), usage)
    tokens = sum(one.num_prompt_tokens + one.num_sampled_tokens for one in stages.values())
    num = max(1, num_accepted)
    return Cost(
        stages=dict(sorted(stages.items())),
        tokens_per_accepted=round(tokens / num, DIGITS),
        dollars_per_accepted=round(sum(one.dollars for one in stages.values()) / num, DIGITS),
        seconds_per_accepted=round(sum(report.seconds for report in reports) / num, DIGITS),
    )


def contamination(reports: Sequence[ContaminationReport]) -> Contamination:
    """Return the overlaps of all reports together; several may be of one domain."""
    num_tasks: Counter[tuple[str, str, str]] = Counter()
    benchmark: dict[tuple[str, str, str], set[str]] = {}
    num_named = 0
    for report in reports:
        named: set[int] = set()
        for kind in report.kinds:
            key = (report.domain, kind.kind, kind.split)
            num_tasks[key] += kind.num_tasks
            ids = benchmark.setdefault(key, set())
            for overlap in kind.overlaps:
                ids.update(overlap.benchmark_ids)
                if kind.kind in NAMED:
                    named.add(overlap.index)
        num_named += len(named)
    return Contamination(
        is_measured=True,
        num_compared=sum(report.num_tasks for report in reports),
        num_named=num_named,
        overlaps=[
            SplitOverlap(
                domain=key[0],
                kind=key[1],
                split=key[2],
                num_tasks=num,
                num_benchmark_tasks=len(benchmark[key]),
            )
            for key, num in sorted(num_tasks.items())
        ],
    )


def num_false_rejects(tasks: Iterable[Task]) -> int:
    """Return how many right plays the checkers refused in their self-tests."""
    return sum(task.selftest.false_rejects for task in tasks if task.selftest is not None)


def by_domain(tasks: Iterable[Task]) -> Mapping[str, list[Task]]:
    """Return the tasks of each domain, domains by name."""
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.domain, []).append(task)
    return dict(sorted(found.items()))


def _added(known: KillRow | None, row: KillRow) -> KillRow:
    if known is None:
        return row
    return KillRow(
        operator=row.operator,
        mutants=known.mutants + row.mutants,
        killed=known.killed + row.killed,
        equivalent=known.equivalent + row.equivalent,
    )


def _spent(known: StageUsage | None, usage: StageUsage) -> StageUsage:
    if known is None:
        return usage
    return StageUsage(
        num_calls=known.num_calls + usage.num_calls,
        num_cached=known.num_cached + usage.num_cached,
        num_prompt_tokens=known.num_prompt_tokens + usage.num_prompt_tokens,
        num_sampled_tokens=known.num_sampled_tokens + usage.num_sampled_tokens,
        dollars=round(known.dollars + usage.dollars, DIGITS),
        seconds=round(known.seconds + usage.seconds, DIGITS),
    )
