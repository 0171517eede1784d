import xml.etree.ElementTree as ET

import pytest

from seawright_console.core.charts import (
    Bar,
    Estimate,
    Line,
    Span,
    bar_chart,
    interval_chart,
    line_chart,
    timeline_chart,
)
from seawright_shared.records.reports import Interval

EVIL = '"><script>alert(1)</script>'

CHARTS = {
    "lines": lambda text: line_chart(
        [Line(name=text, points=[(0, 0.1), (1, 0.5)], tone="s0")],
        title=text,
        x_label=text,
        y_label=text,
    ),
    "bars": lambda text: bar_chart([Bar(label=text, value=3, note=text)], title=text),
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


def test_the_most_frequent_bar_is_the_longest():
    svg = bar_chart([Bar(label="a", value=10), Bar(label="b", value=5)], title="counts")
    widths = [float(it.get("width", "0")) for it in ET.fromstring(svg).iter() if "rect" in it.tag]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)


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
