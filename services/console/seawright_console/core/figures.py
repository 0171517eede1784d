"""From records of runs to the report's figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from seawright_console.core.charts import (
    HALF,
    SERIES,
    Estimate,
    Line,
    Span,
    interval_chart,
    line_chart,
    timeline_chart,
)
from seawright_shared.contracts.orchestrator import EvaluationRun, StreamState
from seawright_shared.contracts.trainer import TrainingStep
from seawright_shared.records.plans import Rule

MOST_RULES = 60


def pooled_yields(streams: Sequence[StreamState]) -> dict[int, float]:
    """Return, per iteration, accepted over candidates of all streams together."""
    accepted: Counter[int] = Counter()
    candidates: Counter[int] = Counter()
    for report in (each for stream in streams for each in stream.iterations):
        accepted[report.iteration] += report.num_accepted
        candidates[report.iteration] += report.num_candidates
    return {at: accepted[at] / max(1, candidates[at]) for at in sorted(candidates)}


def yield_rows(streams: Sequence[StreamState]) -> list[list[str]]:
    """Return a table of yields: iteration, each stream, all together."""
    shares = [{it.iteration: it.yield_share for it in stream.iterations} for stream in streams]
    return [
        [
            str(iteration),
            *(f"{each[iteration]:.3f}" if iteration in each else "-" for each in shares),
            f"{pooled:.3f}",
        ]
        for iteration, pooled in pooled_yields(streams).items()
    ]


def yield_figure(streams: Sequence[StreamState]) -> str:
    """Return the yield of every stream per iteration, and of all together."""
    lines = [
        Line(
            name=f"stream {stream.index}",
            points=[(report.iteration, report.yield_share) for report in stream.iterations],
            tone=SERIES[stream.index % len(SERIES)],
        )
        for stream in streams
        if stream.iterations
    ]
    pooled = list(pooled_yields(streams).items())
    lines.append(Line(name="all streams", points=pooled, tone="ink", is_strong=True))
    return line_chart(
        lines, title="Yield per iteration", x_label="iteration", y_label="yield", unit=True
    )


def rules_figure(stream: StreamState) -> str | None:
    """Return when each learned rule of a stream lived, by version of the plan; None without any."""
    spans = rule_spans(stream)
    if not spans:
        return None
    most = max(plan.version for plan in stream.plans)
    return timeline_chart(
        spans,
        num_columns=most + 1,
        title=f"Rules of stream {stream.index}",
        x_label="plan version",
    )


def rule_spans(stream: StreamState) -> list[Span]:
    """Return each rule's life over the versions of the stream's plan, oldest first."""
    plans = sorted(stream.plans, key=lambda plan: plan.version)
    alive: dict[str, list[int]] = {}
    rules: dict[str, Rule] = {}
    for plan in plans:
        for rule in plan.rules:
            if rule.status == "active":
                alive.setdefault(rule.id, []).append(plan.version)
                rules[rule.id] = rule
    last = plans[-1].version if plans else 0
    spans = [
        Span(
            label=rule_text(rules[rule_id]),
            start=min(versions),
            end=max(versions),
            is_open=max(versions) == last,
            note=f"({rules[rule_id].origin}; {rules[rule_id].cause}; "
            f"support {rules[rule_id].support}, precision {rules[rule_id].precision:.2f})",
        )
        for rule_id, versions in alive.items()
    ]
    return sorted(spans, key=lambda span: (span.start, span.label))[:MOST_RULES]


def rule_text(rule: Rule) -> str:
    """Return a rule as one readable line."""
    tests = " and ".join(f"{test.feature} {test.op} {test.value}" for test in rule.when)
    return f"{rule.scope}: {tests}"


def metric_figure(
    steps: Sequence[TrainingStep],
    metric: str,
    *,
    title: str,
    unit: bool = False,
    width: int = HALF,
) -> str | None:
    """Return one metric per step, with its moving mean; None where no step has it."""
    points = [
        (float(step.step), step.metrics[metric])
        for step in steps
        if metric in step.metrics and not step.rolled_back
    ]
    if not points:
        return None
    lines = [Line(name=metric, points=points, tone="s0")]
    if len(points) >= 5:
        lines.append(
            Line(name="mean of 5", points=moving_mean(points, 5), tone="ink", is_strong=True)
        )
    return line_chart(lines, title=title, x_label="step", y_label=metric, unit=unit, width=width)


def moving_mean(points: Sequence[tuple[float, float]], width: int) -> list[tuple[float, float]]:
    """Return the trailing mean of y over `width` points, from the first full window on."""
    return [
        (points[end - 1][0], sum(y for _, y in points[end - width : end]) / width)
        for end in range(width, len(points) + 1)
    ]


def pass_figure(stages: Mapping[str, EvaluationRun]) -> str:
    """Return pass^k with its interval per stage, in the order given."""
    estimates = [
        Estimate(
            series=name,
            category=f"pass^{k}",
            interval=interval,
            tone=SERIES[index % len(SERIES)],
        )
        for index, (name, run) in enumerate(stages.items())
        if run.report is not None
        for k, interval in sorted(run.report.pass_hat.items())
    ]
    return interval_chart(estimates, title="pass^k per stage", y_label="pass^k")


def total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Return the sum of counts by name."""
    result: Counter[str] = Counter()
    for each in counts:
        result.update(each)
    return result


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return names and counts, most frequent first, ties by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
