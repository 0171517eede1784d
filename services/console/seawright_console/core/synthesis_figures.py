"""Figures of a synthesis run beyond its yields: funnel, causes, coverage, predictions, whom to blame."""

from collections import Counter
from collections.abc import Mapping, Sequence

from seawright_console.core.block_charts import (
    Drop,
    Stack,
    heat_map,
    stacked_chart,
    waterfall_chart,
)
from seawright_console.core.charts import FULL, Line, line_chart
from seawright_console.core.figures import ranked, total
from seawright_console.core.funnel import funnel, reports_of
from seawright_shared.contracts.orchestrator import StreamState
from seawright_shared.records.reports import IterationReport

MOST_CAUSES = 14
MOST_ROWS = 40


def funnel_figure(reports: Sequence[IterationReport]) -> str:
    """Return the funnel as a waterfall: candidates, then what each stage left."""
    candidates = sum(report.num_candidates for report in reports)
    steps = funnel(reports)
    drops = [
        Drop(label="candidates", num_left=candidates),
        *(
            Drop(label=step.stage, num_left=step.num_left, num_taken=step.num_stopped)
            for step in steps
        ),
        Drop(label="accepted", num_left=sum(report.num_accepted for report in reports)),
    ]
    return waterfall_chart(drops, title="Funnel")


def causes_by_iteration(streams: Sequence[StreamState]) -> list[dict[str, int]]:
    """Return the rejected per failure class, by iteration, over all streams."""
    most = max((len(stream.iterations) for stream in streams), default=0)
    return [
        dict(
            total(stream.iterations[at].causes for stream in streams if len(stream.iterations) > at)
        )
        for at in range(most)
    ]


def causes_figure(by_iteration: Sequence[Mapping[str, int]], *, width: int = FULL) -> str:
    """Return the failure classes, most frequent first, each stacked by iteration."""
    whole = total(by_iteration)
    first = ranked(whole)[:MOST_CAUSES]
    stacks = [
        Stack(label=name, parts=[counts.get(name, 0) for counts in by_iteration])
        for name, _ in first
    ]
    shown = {name for name, _ in first}
    rest = [
        sum(count for name, count in counts.items() if name not in shown) for counts in by_iteration
    ]
    if sum(rest):
        stacks.append(Stack(label="all others", parts=rest))
    return stacked_chart(stacks, title="Failure classes by iteration", width=width)


def coverage_figure(cells: Mapping[str, int], *, width: int = FULL) -> str | None:
    """Return accepted tasks by goal, and outcome with tier; None where nothing was accepted.

    Cells are named `goal|outcome|tier|disclosure`.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for cell, count in cells.items():
        goal, *rest = cell.split("|")
        outcome, tier = [*rest, "", ""][:2]
        counts[goal, f"{outcome} {tier}".strip()] += count
    if not counts:
        return None
    by_goal: Counter[str] = Counter()
    for (goal, _), count in counts.items():
        by_goal[goal] += count
    return heat_map(
        counts,
        rows=[goal for goal, _ in ranked(by_goal)[:MOST_ROWS]],
        columns=sorted({column for _, column in counts}),
        title="Accepted tasks by goal, outcome and tier",
        width=width,
    )


def prediction_figure(streams: Sequence[StreamState], *, width: int = FULL) -> str | None:
    """Return predicted and observed yield of revisions per iteration, as means over streams."""
    predicted: dict[int, list[float]] = {}
    observed: dict[int, list[float]] = {}
    for made in (each for stream in streams for each in stream.reflections):
        if made.observed_yield is not None:
            predicted.setdefault(made.iteration + 1, []).append(made.predicted_yield)
            observed.setdefault(made.iteration + 1, []).append(made.observed_yield)
    if not observed:
        return None
    lines = [
        Line(name="predicted", points=_means(predicted), tone="s3"),
        Line(name="observed", points=_means(observed), tone="s2", is_strong=True),
    ]
    return line_chart(
        lines,
        title="Predicted and observed yield",
        x_label="iteration",
        y_label="yield at the first plan's mix",
        unit=True,
        width=width,
    )


def attribution_rows(streams: Sequence[StreamState]) -> list[tuple[str, list[int], int]]:
    """Return who was blamed how often, by iteration and in all, most blamed first."""
    most = max((len(stream.iterations) for stream in streams), default=0)
    by_iteration = [
        total(
            stream.iterations[at].attributions for stream in streams if len(stream.iterations) > at
        )
        for at in range(most)
    ]
    whole = total(by_iteration)
    return [
        (name, [counts.get(name, 0) for counts in by_iteration], count)
        for name, count in ranked(whole)
    ]


def route_counts(streams: Sequence[StreamState]) -> list[tuple[str, int]]:
    """Return where attribution sent episodes and candidates, most frequent first."""
    return ranked(total(report.routes for report in reports_of(streams)))


def _means(values: Mapping[int, Sequence[float]]) -> list[tuple[float, float]]:
    return [(float(at), sum(each) / len(each)) for at, each in sorted(values.items())]
