"""Inline SVG charts made of blocks: a waterfall, stacked bars, a heat map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from seawright_console.core.charts import FULL, TOP, Tone, drawing, shorten

ROW = 26
CHARACTER = 7
"""Pixels of one character, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """One step of a waterfall: what is left after it, and what it took."""

    label: str
    num_left: int
    num_taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One bar made of parts, in the order given; parts are told apart by depth of colour."""

    label: str
    parts: Sequence[int]


def waterfall_chart(drops: Sequence[Drop], *, title: str, width: int = FULL) -> str:
    """Return what is left after each step, top down, with what the step took drawn at its end."""
    label_width = 200
    height = TOP + ROW * len(drops) + 6
    most = max((drop.num_left + drop.num_taken for drop in drops), default=1) or 1
    room = width - label_width - 170
    parts: list[str] = []
    for index, drop in enumerate(drops):
        y = TOP + index * ROW
        left, taken = room * drop.num_left / most, room * drop.num_taken / most
        before = drop.num_left + drop.num_taken
        note = f"{drop.num_left:,}"
        if drop.num_taken:
            note += f"  (-{drop.num_taken:,}, {drop.num_taken / before:.0%})"
        parts.append(
            f"<g><title>{escape(drop.label)}: {escape(note)}</title>"
            f"{_label(drop.label, label_width, y)}"
            f"{_bar(label_width, y, left, 's0')}"
            f"{_bar(label_width + left, y, taken, 's1') if drop.num_taken else ''}"
            f'<text class="label" x="{label_width + left + taken + 8:.1f}" y="{y + 13}">'
            f"{escape(note)}</text></g>"
        )
    return drawing(parts, width, height, title)


def stacked_chart(
    stacks: Sequence[Stack], *, title: str, tone: Tone = "s1", width: int = FULL
) -> str:
    """Return horizontal bars made of parts; the first part is the faintest."""
    label_width = round(0.42 * width)
    height = TOP + ROW * len(stacks) + 6
    most = max((sum(stack.parts) for stack in stacks), default=1) or 1
    room = width - label_width - 70
    parts: list[str] = []
    for index, stack in enumerate(stacks):
        x, y = float(label_width), TOP + index * ROW
        pieces: list[str] = []
        for number, part in enumerate(stack.parts):
            length = room * part / most
            if part:
                depth = 0.25 + 0.75 * (number + 1) / len(stack.parts)
                pieces.append(
                    f"<g><title>{escape(stack.label)}, iteration {number}: {part:,}</title>"
                    f"{_bar(x, y, length, tone, depth)}</g>"
                )
            x += length
        parts.append(
            f"<g>{_label(stack.label, label_width, y)}{''.join(pieces)}"
            f'<text class="label" x="{x + 8:.1f}" y="{y + 13}">{sum(stack.parts):,}</text></g>'
        )
    return drawing(parts, width, height, title)


def heat_map(
    counts: Mapping[tuple[str, str], int],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    width: int = FULL,
) -> str:
    """Return counts as cells, the deeper the more; a cell with nothing is left empty."""
    label_width = min(300, 20 + CHARACTER * max((len(row) for row in rows), default=0))
    head = 30
    slot = (width - label_width - 10) / max(1, len(columns))
    height = TOP + head + ROW * len(rows) + 6
    most = max(counts.values(), default=1) or 1
    parts = [
        _head(column, label_width + slot * (at + 0.5), slot) for at, column in enumerate(columns)
    ]
    for index, row in enumerate(rows):
        y = TOP + head + index * ROW
        parts.append(_label(row, label_width, y))
        for at, column in enumerate(columns):
            count = counts.get((row, column), 0)
            x = label_width + slot * at
            depth = 0.12 + 0.88 * (count / most) ** 0.5 if count else 0.0
            tone = "s2" if count else "cell"
            shade = f' opacity="{depth:.2f}"' if count else ""
            ink = "value onblock" if depth > 0.62 else "value"
            text = (
                f'<text class="{ink} middle" x="{x + slot / 2:.1f}" y="{y + 14}">{count:,}</text>'
                if count
                else ""
            )
            parts.append(
                f"<g><title>{escape(row)}, {escape(column)}: {count:,}</title>"
                f'<rect class="bar {tone}" x="{x + 1:.1f}" y="{y}" rx="3"'
                f' width="{max(1.0, slot - 2):.1f}" height="{ROW - 4}"{shade}/>{text}</g>'
            )
    return drawing(parts, width, height, title)


def _head(text: str, middle: float, slot: float) -> str:
    """Return a column's name: its first word, and the others below."""
    first, _, rest = text.partition(" ")
    lines = [shorten(line, max(4, int(slot / 6.2))) for line in (first, rest)]
    return "".join(
        f'<text class="label middle" x="{middle:.1f}" y="{TOP + 6 + 14 * at}">'
        f"<title>{escape(text)}</title>{escape(line)}</text>"
        for at, line in enumerate(lines)
    )


def _label(text: str, right: int, y: int) -> str:
    return (
        f'<text class="label end" x="{right - 10}" y="{y + 13}"><title>{escape(text)}</title>'
        f"{escape(shorten(text, right // CHARACTER))}</text>"
    )


def _bar(x: float, y: int, length: float, tone: str, depth: float = 1.0) -> str:
    shade = "" if depth >= 1.0 else f' opacity="{depth:.2f}"'
    return (
        f'<rect class="bar {tone}" x="{x:.1f}" y="{y + 1}" width="{max(0.0, length):.1f}"'
        f' height="{ROW - 9}"{shade}/>'
    )
