"""A chart of a page as a file of its own: with colours, a white ground, its title and its legend."""

from collections.abc import Sequence
from html import escape

STYLE = (
    "svg{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    "text{fill:#5a6675;font-size:12px}.title{fill:#17202b;font-size:15px;font-weight:600}"
    ".value{fill:#17202b;font-size:11px}.value.onblock{fill:#fff}"
    ".end{text-anchor:end}.middle{text-anchor:middle}"
    ".grid{stroke:#dfe3e8;fill:none}.line{fill:none;stroke-linejoin:round}"
    ".thin{stroke-width:1.4;opacity:.75}.strong{stroke-width:2.6}"
    ".whisker{fill:none;stroke-width:2}.dot{stroke:#fff}.bar.cell{fill:#f3f4f6}"
)
COLOURS = {
    "s0": "#2366d1",
    "s1": "#c2570c",
    "s2": "#14804f",
    "s3": "#7a3fc4",
    "s4": "#0b7c8c",
    "s5": "#b3246b",
    "ink": "#17202b",
    "muted": "#aab2bd",
}
HEAD = 30
LEGEND = 24


def standalone(svg: str, title: str, legend: Sequence[tuple[str, str]] = ()) -> str:
    """Return a chart of `core.charts` as a file; `legend` names series and their colour."""
    before, _, rest = svg.partition('viewBox="0 0 ')
    size, _, inside = rest.partition('"')
    width, height = (int(part) for part in size.split())
    inner = inside.partition(">")[2].removesuffix("</svg>")
    assert before.startswith("<svg"), "not a chart"
    top = HEAD + (LEGEND if legend else 0)
    tones = "".join(
        f".line.{name},.whisker.{name}{{stroke:{colour}}}.dot.{name},.bar.{name}{{fill:{colour}}}"
        for name, colour in COLOURS.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + top}"'
        f' width="{width}" height="{height + top}">\n<style>{STYLE}{tones}</style>\n'
        f'<rect width="{width}" height="{height + top}" fill="#fff"/>\n'
        f'<text class="title" x="12" y="21">{escape(title)}</text>\n'
        f"{_legend(legend)}"
        f'<g transform="translate(0 {top})">{inner}</g>\n</svg>\n'
    )


def _legend(legend: Sequence[tuple[str, str]]) -> str:
    parts: list[str] = []
    x = 14
    for name, tone in legend:
        parts.append(
            f'<rect x="{x}" y="{HEAD + 4}" width="11" height="11" rx="3"'
            f' fill="{COLOURS[tone]}"/><text x="{x + 17}" y="{HEAD + 14}">{escape(name)}</text>'
        )
        x += 36 + 7 * len(name)
    return "".join(parts) + ("\n" if parts else "")
