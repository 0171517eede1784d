"""What an ablation found, as a table, a page of Markdown, figures and one JSON object."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from seawright_console.core.ablation import FULL, Cell, Options
from seawright_console.core.ablation_statistics import ArmFigures, arm_figures
from seawright_console.core.charts import SERIES, Line, Tone, line_chart
from seawright_console.core.figures import total
from seawright_console.core.standalone_svg import standalone
from seawright_console.core.synthesis_figures import causes_figure, coverage_figure
from seawright_shared.records.reports import Interval

COLUMNS = (
    "arm",
    "yield, first",
    "yield, last",
    "held out, first plan",
    "held out, last plan",
    "gain",
    "against full",
    "accepted",
    "tool sequences",
    "cells",
    "entropy",
    "wrong, let through",
    "seconds",
)
MEANING = (
    "yield: accepted over candidates by the arm's own verification, first and last iteration, "
    "over all streams; without verification it says nothing about quality.",
    "held out: the frozen first and last plans drawing for customers never seen, at equal shares "
    "of goals, every draft judged by the full verification; what a plan cannot give of a goal "
    "counts as failed.",
    "against full: held out, last plan, less that of the full arm with the same seeds.",
    "tool sequences, cells, entropy: of all accepted tasks of the run: different sequences of tool "
    "names, cells of the grid goal x outcome x tier x disclosure, bits over these cells.",
    "wrong, let through: of fresh drafts that the arm's own last evaluation plan accepts, on the "
    "same customers, the share that full verification refuses.",
    "seconds: of the run's iterations, summed over streams; not a benchmark.",
    "Brackets: 95 % bootstrap, seeds resampled, then customers within each (for yields and wrong "
    "ones: candidates).",
)


def table_rows(figures: Sequence[ArmFigures]) -> list[list[str]]:
    """Return the table: one row per arm."""
    return [
        [
            each.arm,
            words(each.first_yield),
            words(each.last_yield),
            words(each.first_heldout),
            words(each.last_heldout),
            words(each.gain, signed=True),
            words(each.against_full, signed=True) if each.against_full else "",
            f"{each.num_accepted:.0f}",
            f"{each.num_sequences:.0f}",
            f"{each.num_cells:.0f}",
            f"{each.entropy:.2f}",
            words(each.wrong_share),
            f"{each.seconds:.0f}",
        ]
        for each in figures
    ]


def by_arm(figures: Sequence[ArmFigures]) -> tuple[list[str], list[list[str]]]:
    """Return the table with its arms side by side, for a narrow screen: columns, then rows."""
    rows = table_rows(figures)
    turned = [[name, *(row[at] for row in rows)] for at, name in enumerate(COLUMNS)]
    return turned[0], turned[1:]


def words(interval: Interval, *, signed: bool = False) -> str:
    """Return an interval, as in .43 [.31, .52]."""
    sign = "+" if signed else ""
    return f"{interval.value:{sign}.2f} [{interval.low:{sign}.2f}, {interval.high:{sign}.2f}]"


def result_files(
    stem: str, cells: Sequence[Cell], options: Options, facts: Mapping[str, str]
) -> dict[str, str]:
    """Return the texts of all files by name: the page and its figures."""
    figures = _svgs(stem, cells)
    rows = table_rows(arm_figures(cells))
    spec = next((cell.spec for cell in cells if cell.arm == FULL), cells[0].spec)
    lines = [
        f"# Ablation of synthesis: {spec.domain}",
        "",
        *(f"- {name}: {value}" for name, value in facts.items()),
        f"- full: {spec.num_streams} streams of {spec.num_iterations} iterations of "
        f"{spec.candidates_per_iteration} candidates; all arms draw as many in all",
        f"- {len({cell.seed for cell in cells})} seeds of run and database; "
        f"{options.num_heldout} tasks asked of each frozen plan",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        *(f"- {line}" for line in MEANING),
        "",
        *(f"![{name}]({name})\n" for name in figures),
        "## Yield per iteration",
        "",
        "| arm | seed | streams x candidates | yields |",
        "|---|---|---|---|",
        *(_yield_line(cell) for cell in cells),
        "",
        f"Everything as numbers: [{stem}.json]({stem}.json).",
    ]
    return {**figures, f"{stem}.md": "\n".join(lines) + "\n"}


def result_object(
    cells: Sequence[Cell], options: Options, facts: Mapping[str, str]
) -> dict[str, JsonValue]:
    """Return everything measured, as plain JSON."""
    return {
        "facts": dict(facts),
        "options": {
            "num_seeds": options.num_seeds,
            "num_few": options.num_few,
            "num_heldout": options.num_heldout,
        },
        "arms": [each.model_dump(mode="json") for each in arm_figures(cells)],
        "cells": [cell.model_dump(mode="json") for cell in cells],
    }


def yield_curves(cells: Sequence[Cell]) -> str:
    """Return each arm's yield over candidates drawn: the mean of its seeds, and every seed."""
    lines: list[Line] = []
    for arm, tone in _tones(cells).items():
        curves = [_curve(cell) for cell in cells if cell.arm == arm]
        lines += [Line(name=arm, points=curve, tone=tone) for curve in curves if len(curves) > 1]
        length = min(len(curve) for curve in curves)
        mean = [
            (curves[0][at][0], sum(curve[at][1] for curve in curves) / len(curves))
            for at in range(length)
        ]
        lines.append(Line(name=f"{arm}, mean", points=mean, tone=tone, is_strong=True))
    return line_chart(
        lines,
        title="Yield by arm",
        x_label="candidates drawn",
        y_label="yield",
        unit=True,
    )


def _svgs(stem: str, cells: Sequence[Cell]) -> dict[str, str]:
    legend = [(arm, str(tone)) for arm, tone in _tones(cells).items()]
    found = {
        f"{stem}-yields.svg": standalone(
            yield_curves(cells),
            "Yield per iteration, by the arm's own verification (thin: seeds; thick: mean)",
            legend,
        )
    }
    full = [cell for cell in cells if cell.arm == FULL] or list(cells)
    most = max(len(cell.causes) for cell in full)
    causes = [
        total(cell.causes[at] for cell in full if len(cell.causes) > at) for at in range(most)
    ]
    found[f"{stem}-causes.svg"] = standalone(
        causes_figure(causes),
        f"Why drafts were refused, arm {full[0].arm}: classes stacked by iteration, later ones darker",
    )
    coverage = coverage_figure(total(cell.cells for cell in full))
    if coverage is not None:
        found[f"{stem}-coverage.svg"] = standalone(
            coverage, f"Accepted tasks by goal, outcome and tier, arm {full[0].arm}"
        )
    return found


def _tones(cells: Sequence[Cell]) -> dict[str, Tone]:
    arms = list(dict.fromkeys(cell.arm for cell in cells))
    return {arm: SERIES[at % len(SERIES)] for at, arm in enumerate(arms)}


def _curve(cell: Cell) -> list[tuple[float, float]]:
    """Return the yield at the middle of each iteration, over candidates drawn."""
    points: list[tuple[float, float]] = []
    drawn = 0
    for good, num in cell.yields:
        points.append((drawn + num / 2, good / max(1, num)))
        drawn += num
    return points


def _yield_line(cell: Cell) -> str:
    shares = " ".join(f"{good / max(1, num):.2f}" for good, num in cell.yields)
    spec = cell.spec
    return (
        f"| {cell.arm} | {cell.seed} | {spec.num_streams} x {spec.candidates_per_iteration} "
        f"| {shares} |"
    )
