import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from seawright_console.adapters.jinja_pages import write_report
from seawright_console.core.lanes import reading_of
from seawright_console.core.report import Findings, report_of
from tests.unit.console import made_up

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.fixture
def page(tmp_path: Path) -> str:
    run, steps = made_up.training()
    evil = made_up.evaluation(EVIL, 0.5)
    episode = made_up.episode(1, is_ok=False, said=EVIL)
    findings = Findings(
        title=EVIL,
        subtitle=EVIL,
        syntheses=[made_up.synthesis(theme=EVIL)],
        trainings=[(run, steps)],
        evaluations={EVIL: evil},
        readings=[reading_of(episode, None, title=EVIL)],
        notes=[EVIL],
        versions={EVIL: EVIL},
    )
    return write_report(report_of(findings), tmp_path / "deep" / "report.html").read_text()


def test_no_text_of_a_run_becomes_markup(page: str):
    tags = Tags()
    tags.feed(page)
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    assert {tag for tag, _ in tags.seen}.isdisjoint({"script", "img", "iframe", "object", "link"})
    handlers = [name for _, attrs in tags.seen for name in attrs if name.startswith("on")]
    assert handlers == []


def test_a_report_loads_nothing_from_anywhere(page: str):
    tags = Tags()
    tags.feed(page)
    outside = [
        value
        for _, attrs in tags.seen
        for name, value in attrs.items()
        if name in {"src", "href", "action", "data"} and value
    ]
    assert outside == []
    assert not re.search(r"url\(|@import|https?://", page)


def test_a_report_has_its_charts_as_svg(page: str):
    assert page.count("<svg") >= 8
    assert "&lt;svg" not in page


def test_a_report_is_light_and_dark(page: str):
    assert "prefers-color-scheme: dark" in page
