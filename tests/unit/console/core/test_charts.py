import xml.etree.ElementTree as ET

import pytest

from seawright_console.core.block_charts import (
    Drop,
    Stack,
    heat_map,
    stacked_chart,
    waterfall_chart,
)
from seawright_console.core.charts import (
    Estimate,
    Line,
    Span,
    interval_chart,
    line_chart,
    timeline_chart,
)
from seawright_console.core.standalone_svg import standalone
from seawright_shared.records.reports import Interval

EVIL = '"><script>alert(1)</script>'

CHARTS = {
    "lines": lambda text: line_chart(
        [Line(name=text, points=[(0, 0.1), (1, 0.5)], tone="s0")],
        title=text,
        x_label=text,
        y_label=text,
    ),
    "waterfall": lambda text: waterfall_chart([Drop(label=text, num_left=3)], title=text),
    "stacks": lambda text: stacked_chart([Stack(label=text, parts=[3, 0])], title=text),
    "heat map": lambda text: heat_map({(text, text): 3}, rows=[text], columns=[text], title=text),
    "intervals": lambda text: interval_chart(
        [
            Estimate(
                series=text,
                category=text,
                interval=Interval(value=0.5, low=0.4, high=0.6),
                tone="s1",
            )
        ],
        title=text,
        y_label=text,
    ),
    "timeline": lambda text: timeline_chart(
        [Span(label=text, start=0, end=2, is_open=False, note=text)],
        num_columns=3,
        title=text,
        x_label=text,
    ),
}


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_text_in_a_chart_is_never_markup(name: str):
    svg = CHARTS[name](EVIL)
    tags = {element.tag for element in ET.fromstring(svg).iter()}
    assert not any("script" in tag for tag in tags)
    assert "<script" not in svg


def test_a_chart_without_points_is_still_a_chart():
    svg = line_chart([], title="none", x_label="x", y_label="y")
    assert ET.fromstring(svg).get("aria-label") == "none"


def widths(svg: str) -> list[float]:
    return [float(it.get("width", "0")) for it in ET.fromstring(svg).iter() if "rect" in it.tag]


def test_what_a_step_left_and_what_it_took_are_as_long_as_what_came_in():
    svg = waterfall_chart(
        [Drop(label="all", num_left=10), Drop(label="policy", num_left=4, num_taken=6)], title="f"
    )
    whole, left, taken = widths(svg)
    assert left + taken == pytest.approx(whole, abs=0.2)
    assert left / whole == pytest.approx(0.4, abs=0.01)
    assert "(-6, 60%)" in svg


def test_a_stack_is_as_long_as_its_parts_together():
    parts = widths(
        stacked_chart([Stack(label="a", parts=[3, 1]), Stack(label="b", parts=[2])], title="s")
    )
    assert parts[0] == pytest.approx(3 * parts[1], rel=0.01)
    assert parts[0] == pytest.approx(1.5 * parts[2], rel=0.01)


def test_a_cell_without_tasks_is_drawn_empty():
    svg = heat_map({("a", "x"): 7}, rows=["a", "b"], columns=["x"], title="c")
    assert svg.count("bar cell") == 1
    assert "b, x: 0" in svg


def test_a_standalone_chart_keeps_everything_and_names_its_series():
    inner = stacked_chart([Stack(label="exec:gone", parts=[3])], title="s")
    svg = standalone(inner, EVIL, [("full", "s0")])
    root = ET.fromstring(svg)
    words = {"".join(it.itertext()) for it in root.iter() if it.tag.endswith("text")}
    assert EVIL in words
    assert any("full" in text for text in words)
    assert "exec:gone" in svg


def test_an_error_bar_reaches_from_low_to_high():
    def whisker(low: float, high: float) -> str:
        estimate = Estimate(
            series="a",
            category="k",
            interval=Interval(value=0.5, low=low, high=high),
            tone="s0",
        )
        svg = interval_chart([estimate], title="t", y_label="y")
        return next(
            it.get("d", "") for it in ET.fromstring(svg).iter() if "whisker" in it.get("class", "")
        )

    assert whisker(0.4, 0.6) != whisker(0.3, 0.6) != whisker(0.3, 0.7)
