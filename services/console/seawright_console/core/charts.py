"""Inline SVG charts of the report: colours come from the page's CSS, text is always escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from seawright_console.core.axes import Axis, axis_over, counted, plain
from seawright_shared.records.reports import Interval

Tone = Literal["s0", "s1", "s2", "s3", "s4", "s5", "ink", "muted"]
"""A CSS class of the page; s0 to s5 are series colours."""

SERIES: tuple[Tone, ...] = ("s0", "s1", "s2", "s3", "s4", "s5")
FULL, HALF = 1060, 500
"""Widths, in pixels, of a chart alone in its row and of one of two."""
LEFT, RIGHT, TOP, BOTTOM = 52, 18, 14, 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart; points are (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]
    tone: Tone
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An interval of one series at one category."""

    series: str
    category: str
    interval: Interval
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A row of a timeline: alive from `start` to `end`, both inclusive."""

    label: str
    start: int
    end: int
    is_open: bool
    """Whether it is still alive at the end."""
    note: str = ""


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    unit: bool = False,
    width: int = FULL,
) -> str:
    """Return a chart of lines over a numeric x; `unit` fixes y to [0, 1]."""
    height = 300 if width == FULL else 220
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    x_axis = axis_over(xs, LEFT, width - RIGHT, whole=True)
    y_axis = axis_over([0.0, 1.0] if unit else ys, height - BOTTOM, TOP, num_ticks=height // 55)
    parts = [
        _grid(y_axis, width),
        _x_ticks(x_axis, height),
        _axis_names(x_label, y_label, height, width),
    ]
    for line in sorted(lines, key=lambda each: each.is_strong):
        path = " ".join(f"{x_axis.at(x):.1f},{y_axis.at(y):.1f}" for x, y in line.points)
        weight = "strong" if line.is_strong else "thin"
        parts.append(f'<polyline class="line {line.tone} {weight}" points="{path}"/>')
        parts += [
            _dot(x_axis.at(x), y_axis.at(y), 3 if line.is_strong else 2, line.tone)
            + f"<title>{escape(line.name)}, {escape(x_label)} {plain(x)}: {y:.3g}</title></circle>"
            for x, y in line.points
        ]
    return drawing(parts, width, height, title)


def interval_chart(
    estimates: Sequence[Estimate], *, title: str, y_label: str, width: int = FULL
) -> str:
    """Return points with error bars on [0, 1], grouped by category, in the order given."""
    height = 300
    categories = list(dict.fromkeys(each.category for each in estimates))
    series = list(dict.fromkeys(each.series for each in estimates))
    y_axis = axis_over([0.0, 1.0], height - BOTTOM, TOP)
    slot = (width - LEFT - RIGHT) / max(1, len(categories))
    step = min(64.0, slot * 0.7 / max(1, len(series)))
    parts = [_grid(y_axis, width), _axis_names("", y_label, height, width)]
    for index, category in enumerate(categories):
        middle = LEFT + slot * (index + 0.5)
        parts.append(
            f'<text class="label middle" x="{middle:.1f}" y="{height - BOTTOM + 20}">'
            f"{escape(category)}</text>"
        )
    for each in estimates:
        middle = LEFT + slot * (categories.index(each.category) + 0.5)
        x = middle + step * (series.index(each.series) - (len(series) - 1) / 2)
        low, high = y_axis.at(each.interval.low), y_axis.at(each.interval.high)
        y = y_axis.at(each.interval.value)
        note = (
            f"{each.series}, {each.category}: {each.interval.value:.3f}"
            f" [{each.interval.low:.3f}, {each.interval.high:.3f}]"
        )
        parts.append(
            f"<g><title>{escape(note)}</title>"
            f'<path class="whisker {each.tone}" d="M{x:.1f} {low:.1f}V{high:.1f}'
            f'M{x - 5:.1f} {low:.1f}h10M{x - 5:.1f} {high:.1f}h10"/>'
            f"{_dot(x, y, 5, each.tone)}</circle>"
            f'<text class="value" x="{x + 9:.1f}" y="{y + 4:.1f}">'
            f"{each.interval.value:.2f}</text></g>"
        )
    return drawing(parts, width, height, title)


def timeline_chart(
    spans: Sequence[Span], *, num_columns: int, title: str, x_label: str, width: int = FULL
) -> str:
    """Return one row per span over whole columns; a span that ended is drawn faint."""
    row, label_width = 22, round(0.5 * width)
    height = TOP + row * len(spans) + BOTTOM
    x_axis = Axis(
        low=0.0,
        high=float(max(1, num_columns)),
        start=label_width,
        end=width - RIGHT,
        ticks=tuple(float(tick) for tick in counted(num_columns)),
    )
    parts = [
        f'<path class="grid" d="M{x_axis.at(tick):.1f} {TOP}V{height - BOTTOM}"/>'
        f'<text class="label middle" x="{x_axis.at(tick):.1f}" y="{height - BOTTOM + 16}">'
        f"{plain(tick)}</text>"
        for tick in x_axis.ticks
    ]
    parts.append(
        f'<text class="name middle" x="{(label_width + width - RIGHT) / 2:.0f}"'
        f' y="{height - 5}">{escape(x_label)}</text>'
    )
    for index, span in enumerate(spans):
        y = TOP + index * row
        left, right = x_axis.at(span.start), x_axis.at(span.end + 1)
        state = "s2" if span.is_open else "muted"
        parts.append(
            f"<g><title>{escape(span.label)} {escape(span.note)}</title>"
            f'<text class="label end" x="{label_width - 10}" y="{y + 13}">'
            f"{escape(shorten(span.label, label_width // 7))}</text>"
            f'<rect class="bar {state}" x="{left + 1:.1f}" y="{y + 3}" rx="3"'
            f' width="{max(2.0, right - left - 2):.1f}" height="{row - 9}"/></g>'
        )
    return drawing(parts, width, height, title)


def shorten(text: str, most: int) -> str:
    """Return the text, cut at `most` characters with three dots."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def _grid(axis: Axis, width: int) -> str:
    return "".join(
        f'<path class="grid" d="M{LEFT} {axis.at(tick):.1f}H{width - RIGHT}"/>'
        f'<text class="label end" x="{LEFT - 8}" y="{axis.at(tick) + 4:.1f}">{plain(tick)}</text>'
        for tick in axis.ticks
    )


def _x_ticks(axis: Axis, height: int) -> str:
    return "".join(
        f'<text class="label middle" x="{axis.at(tick):.1f}" y="{height - BOTTOM + 17}">'
        f"{plain(tick)}</text>"
        for tick in axis.ticks
    )


def _axis_names(x_label: str, y_label: str, height: int, width: int) -> str:
    middle = (LEFT + width - RIGHT) / 2
    return (
        f'<text class="name middle" x="{middle:.0f}" y="{height - 5}">{escape(x_label)}</text>'
        f'<text class="name middle" transform="translate(13 {height / 2 - 12:.0f}) rotate(-90)">'
        f"{escape(y_label)}</text>"
    )


def _dot(x: float, y: float, radius: int, tone: Tone) -> str:
    return f'<circle class="dot {tone}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">'


def drawing(parts: Sequence[str], width: int, height: int, title: str) -> str:
    """Return the parts as one SVG of this size."""
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
